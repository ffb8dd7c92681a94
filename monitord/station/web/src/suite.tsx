// The suite as a whole: the check before it opens, who takes over, and its closing.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { post, who } from "./send_action";
import { handOver } from "./handover";
import { timeOfDay } from "./format";
import { closed, tests } from "./live";
import { read, refusal } from "./read";
import { may, mayUse } from "./session";
import { ask } from "./sheet";
import { name, send } from "./station";
import type { Station, Suite } from "./types";

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
  if (!answer) return "monitord did not answer";
  return answer.ok ? null : refusal(answer);
}

export function SuiteButton() {
  useEffect(() => void refresh(), [closed.value]);
  const known = suite.value;
  const stands = closed.value
    ? "SUITE CLOSED"
    : known?.checked_at
      ? `Suite checked ${timeOfDay(known.checked_at).slice(0, 5)}${known.passed ? "" : " with faults"}`
      : "Suite not checked";
  return <button onClick={() => (showSuite.value = !showSuite.value)}>{stands}</button>;
}

const check = () =>
  ask({
    title: "Check the suite",
    bed: null,
    text: "Every destination gets a test message now. The result goes into the record with your name; the suite is open then.",
    done: "Check and record",
    timeless: true,
    send: ({ by = who.value }) => change("check", { by }, CHECK_MS),
  });

const close = () =>
  ask({
    title: "Close the suite",
    bed: null,
    text: "No patient is here any more. Stations may be switched off and are not missed; everything else goes on.",
    done: "Close",
    timeless: true,
    fields: [{ name: "note", label: "What the next ones should know" }],
    send: (given) => change("close", given),
  });

const test = (station: string) => {
  const path = `/api/stations/${encodeURIComponent(station)}/test`;
  if (who.value) return void tell(path, { by: who.value });
  ask({
    title: `Test alarm at ${station}`,
    bed: null,
    text: "It sounds there until somebody answers it there.",
    done: "Test alarm",
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
    <aside class="detail suite-panel" aria-label="The suite">
      <header>
        <h2>Suite: opening check, handing over, closing</h2>
        <button onClick={() => (showSuite.value = false)}>Close this page</button>
      </header>
      <section>
        <h3>1. Stations: does somebody see and hear an alarm there?</h3>
        <Stations stations={known.stations} />
      </section>
      <section>
        <h3>2. Devices, destinations, clock, record and disk</h3>
        <p class="buttons">
          {mayUse("POST /api/suite/check") && (
            <button class="confirm" onClick={check}>
              Check and record…
            </button>
          )}
        </p>
        <Findings known={known} />
      </section>
      <section>
        <h3>Another shift, or the end of the day</h3>
        <p class="buttons">
          {may("hand_over") && <button onClick={handOver}>Hand over…</button>}
          {mayUse("POST /api/suite/close") && <button onClick={close}>Close the suite…</button>}
        </p>
        {closed.value && <p>The suite is closed. The check, or the next admission, opens it.</p>}
      </section>
    </aside>
  );
}

function Stations({ stations }: { stations: Station[] }) {
  const state = (station: Station) =>
    station.trouble ??
    (station.asked
      ? "test alarm sounds: answer it there"
      : station.answered_s === null
        ? "listens; not tested yet"
        : `test alarm answered after ${station.answered_s} s`);
  return (
    <ul class="findings">
      {stations.map((station) => (
        <li key={station.name} class={station.trouble ? "bad" : station.answered_s === null ? "" : "good"}>
          <b>
            {station.name}
            {station.name === name.value && " (here)"}
          </b>
          <span>{state(station)}</span>
          {mayUse("POST /api/stations/{name}/test") && (
            <button disabled={station.asked} onClick={() => test(station.name)}>
              Test alarm
            </button>
          )}
        </li>
      ))}
      {stations.length === 0 && (
        <li class="bad">
          <span>No screen has a name: the suite counts on none. Name this station, in the head of the page.</span>
        </li>
      )}
    </ul>
  );
}

function Findings({ known }: { known: Suite }) {
  if (known.checked_at === null) return <p>Nobody checked since monitord started.</p>;
  const bad = known.findings.filter((found) => !found.ok).length;
  return (
    <>
      <p>
        Checked by <b>{known.checked_by}</b> at {timeOfDay(known.checked_at)}:{" "}
        <b>{bad ? `${bad} of ${known.findings.length} NOT in order` : "all in order"}</b>
      </p>
      <ul class="findings">
        {known.findings.map((found) => (
          <li key={found.what} class={found.ok ? "good" : "bad"}>
            <b>{found.what}</b>
            <span>{found.says}</span>
            <em>{found.ok ? "✓ in order" : "✗ NOT in order"}</em>
          </li>
        ))}
      </ul>
    </>
  );
}
