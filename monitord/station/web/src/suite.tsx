// The suite as a whole: the check before it opens, who takes over, and its closing.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { post, who } from "./send_action";
import { handOver } from "./handover";
import { timeOfDay } from "./format";
import { closed, tests } from "./live";
import { read } from "./fetch_json";
import { inWords, refusal } from "./sentences";
import { may, mayUse } from "./session";
import { ask } from "./sheet";
import { name, send } from "./station";
import type { Station, Suite } from "./types";
import { rich, t } from "./words";

const showSuite = signal(false);
const suite = signal<Suite | null>(null);
const POLL_MS = 3000;

async function refresh(): Promise<void> {
  const known = await read<Suite>("/api/suite");
  if (known) suite.value = known;
}

/** Every destination is tried, which takes as long as the slowest answers. */
const CHECK_MS = 20_000;

async function change(what: string, body: Record<string, string>, within?: number): Promise<string | null> {
  const refused = await post(`/api/suite/${what}`, body, within);
  if (refused === null) await refresh();
  return refused;
}

/** A sentence where it was refused, null where it was done. */
async function tell(path: string, body: object): Promise<string | null> {
  const answer = await send(path, body).catch(() => null);
  if (!answer) return t("people.no_answer");
  return answer.ok ? null : refusal(answer);
}

export function SuiteButton() {
  useEffect(() => void refresh(), [closed.value]);
  const known = suite.value;
  const stands = closed.value
    ? t("suite.closed_button")
    : known?.checked_at
      ? t(known.passed ? "suite.checked" : "suite.checked_faults", { time: timeOfDay(known.checked_at).slice(0, 5) })
      : t("suite.not_checked");
  return <button onClick={() => (showSuite.value = !showSuite.value)}>{stands}</button>;
}

const check = () =>
  ask({
    title: t("suite.check_title"),
    bed: null,
    text: t("suite.check_text"),
    done: t("suite.check_done"),
    timeless: true,
    send: ({ by = who.value }) => change("check", { by }, CHECK_MS),
  });

const close = () =>
  ask({
    title: t("suite.close_title"),
    bed: null,
    text: t("suite.close_text"),
    done: t("suite.close_done"),
    timeless: true,
    fields: [{ name: "note", label: t("suite.close_note") }],
    send: (given) => change("close", given),
  });

const test = (station: string) => {
  const path = `/api/stations/${encodeURIComponent(station)}/test`;
  if (who.value) return void tell(path, { by: who.value });
  ask({
    title: t("suite.test_at", { station }),
    bed: null,
    text: t("suite.test_text"),
    done: t("suite.test"),
    timeless: true,
    send: ({ by }) => tell(path, { by }),
  });
};

export function SuitePanel() {
  const [, setTurn] = useState(0);
  useEffect(() => {
    if (!showSuite.value) return;
    void refresh();
    const polling = setInterval(() => void refresh().then(() => setTurn((n) => n + 1)), POLL_MS);
    return () => clearInterval(polling);
  }, [showSuite.value, tests.value]);
  const known = suite.value;
  if (!showSuite.value || !known) return null;
  return (
    <aside class="detail suite-panel" aria-label={t("suite.label")}>
      <header>
        <h2>{t("suite.title")}</h2>
        <button onClick={() => (showSuite.value = false)}>{t("suite.close_page")}</button>
      </header>
      <section>
        <h3>{t("suite.stations")}</h3>
        <Stations stations={known.stations} />
      </section>
      <section>
        <h3>{t("suite.machine")}</h3>
        <p class="buttons">
          {mayUse("POST /api/suite/check") && (
            <button class="confirm" onClick={check}>
              {t("suite.check_button")}
            </button>
          )}
        </p>
        <Findings known={known} />
      </section>
      <section>
        <h3>{t("suite.shift")}</h3>
        <p class="buttons">
          {may("hand_over") && <button onClick={handOver}>{t("suite.hand_over")}</button>}
          {mayUse("POST /api/suite/close") && <button onClick={close}>{t("suite.close_button")}</button>}
        </p>
        {closed.value && <p>{t("suite.is_closed")}</p>}
      </section>
    </aside>
  );
}

function Stations({ stations }: { stations: Station[] }) {
  const state = (station: Station) =>
    (station.trouble && inWords(station.why, station.trouble)) ??
    (station.asked
      ? t("suite.test_sounds")
      : station.answered_s === null
        ? t("suite.listens")
        : t("suite.answered", { seconds: station.answered_s }));
  return (
    <ul class="findings">
      {stations.map((station) => (
        <li key={station.name} class={station.trouble ? "bad" : station.answered_s === null ? "" : "good"}>
          <b>
            {station.name === name.value ? t("suite.here", { station: station.name }) : station.name}
          </b>
          <span>{state(station)}</span>
          {mayUse("POST /api/stations/{name}/test") && (
            <button disabled={station.asked} onClick={() => test(station.name)}>
              {t("suite.test")}
            </button>
          )}
        </li>
      ))}
      {stations.length === 0 && (
        <li class="bad">
          <span>{t("suite.no_station")}</span>
        </li>
      )}
    </ul>
  );
}

function Findings({ known }: { known: Suite }) {
  if (known.checked_at === null) return <p>{t("suite.nobody")}</p>;
  const bad = known.findings.filter((found) => !found.ok).length;
  return (
    <>
      <p>
        {rich("suite.checked_by", {
          by: <b>{known.checked_by}</b>,
          time: timeOfDay(known.checked_at),
          result: <b>{bad ? t("suite.bad", { bad, all: known.findings.length }) : t("suite.good")}</b>,
        })}
      </p>
      <ul class="findings">
        {known.findings.map((found) => (
          <li key={found.what} class={found.ok ? "good" : "bad"}>
            <b>{found.what}</b>
            <span>{found.says}</span>
            <em>{t(found.ok ? "suite.finding_good" : "suite.finding_bad")}</em>
          </li>
        ))}
      </ul>
    </>
  );
}
