// Every suite of a hospital on one page: a bed's tile is its suite's own, what waits for an answer is first.
import { effect } from "@preact/signals";
import { render } from "preact";
import { useMemo } from "preact/hooks";
import { Boundary, Part } from "./broken";
import { room } from "./chair_layout";
import { ShownElsewhere } from "./elsewhere";
import { age, MARK } from "./format";
import { dead, now } from "./live";
import { Login } from "./login";
import { answerFrom, inOurTime, overview, refused, start } from "./overview_answer";
import type { Overview, Row, SuiteLine } from "./overview_answer";
import * as sentences from "./sentences";
import * as session from "./session";
import { Sheet } from "./sheet";
import * as theme from "./theme";
import { Lost, Tile } from "./tile";
import * as words from "./words";
import { t } from "./words";
import "./style.css";
import "./tile.css";
import "./login.css";
import "./overview.css";

const LIST_WIDTH = 440;

/** A sentence, and whether it says that somebody must act. */
function stands(known: Overview | null): [string, boolean] {
  if (dead.value) return [t("overview.not_live"), true];
  if (!known) return [t("overview.connecting"), true];
  if (!known.up) return [t("overview.cluster_away"), true];
  if (!known.workers) return [t("overview.no_workers"), true];
  const silent = known.suites.filter((each) => each.silent).map((each) => each.suite);
  if (silent.length) return [t("overview.silent", { suites: silent.join(", ") }), true];
  const waiting = known.beds.filter((each) => each.beyond).length;
  if (waiting) return [t("overview.beyond_count", { beds: waiting }), true];
  return [t("overview.counts", { suites: known.suites.length, beds: known.beds.length }), false];
}

function All() {
  const known = overview.value;
  const [text, bad] = stands(known);
  document.title = `${bad ? "! " : ""}${known?.hospital ?? "monitord"}`;
  return (
    <div class={dead.value ? "station overview dead" : "station overview"}>
      <header>
        <div class="all">
          <h1>{known ? t("overview.title", { hospital: known.hospital }) : "monitord"}</h1>
          <p id="state" role="status" class={bad ? "lost" : ""}>
            {text}
          </p>
          <button onClick={() => words.anotherLanguage()}>{t("overview.language")}</button>
        </div>
        <ul class="suites" aria-label={t("overview.suites")}>
          {known?.suites.map((each) => <SuiteStands key={each.suite} suite={each} />)}
        </ul>
      </header>
      <main class="tiles list" style={{ "--columns": Math.max(1, Math.floor(innerWidth / LIST_WIDTH)) }} aria-label={t("overview.beds")}>
        {known?.beds.map((row) => <Place key={`${row.suite}/${row.bed}`} row={row} />)}
      </main>
      <Part name="part.sheet" of={known}>
        <Sheet />
      </Part>
      <footer>
        <p>{t("overview.second_line")}</p>
      </footer>
    </div>
  );
}

function SuiteStands({ suite }: { suite: SuiteLine }) {
  const says = !suite.silent ? t("overview.suite_beds", { beds: suite.beds }) : t(suite.heard ? "overview.suite_silent" : "overview.suite_never");
  return (
    <li class={suite.silent ? "silent" : ""} data-suite={suite.suite}>
      <b>{suite.suite}</b> {says}
      {suite.alarms.map((alarm) => (
        <span key={alarm.id} class={alarm.priority}>
          {MARK[alarm.priority]} {sentences.sentence(alarm)}
        </span>
      ))}
    </li>
  );
}

/** Of a bed: its suite's tile; of one beyond the first ones a line. */
function Place({ row }: { row: Row }) {
  const tile = useMemo(() => row.tile && inOurTime(row.tile), [row]);
  const name = `${row.suite}/${row.bed}`;
  const label = t("overview.bed", { suite: row.suite, bed: row.label });
  return (
    <section class={`place ${row.silent ? "silent" : ""} ${tile || row.lost ? "" : "line"}`} data-place={name} aria-label={label}>
      <p class="whose">
        <b>{row.suite}</b> {!tile && row.label}
        {row.beyond && <em class="beyond">{t("overview.nobody")}</em>}
        {row.unwatched.length > 0 && <span class="unwatched">{t("overview.unwatched", { signals: row.unwatched.map((signal) => sentences.signalName({ signal, label: signal.replaceAll("_", " ") })).join(", ") })}</span>}
        {!tile && !row.lost && row.alarms > 0 && <span>{t("overview.alarms", { alarms: row.alarms, open: row.unanswered })}</span>}
        <small>{row.age_s === null ? t("overview.kept") : t("overview.age", { age: age(row.age_s * 1000) })}</small>
      </p>
      {row.lost && <Lost lost={row.lost} />}
      {tile && (
        <Boundary of={row} instead={(why) => <p class="tile lost">{t("broken.title")} <small>{why}</small></p>}>
          <ShownElsewhere.Provider value={{ bed: tile, answers: row.silent ? [] : row.answers, answer: (alarm, word, by) => answerFrom(row, alarm, word, by) }}>
            <Tile bed={tile} />
          </ShownElsewhere.Provider>
        </Boundary>
      )}
      {tile && row.silent && <div class="veil">{t("overview.bed_silent")}</div>}
    </section>
  );
}

theme.start();
now.value = Date.now();
room.value = { mode: "list", columns: 1, rows: 0 };
const root = document.getElementById("page")!;
let begun = false;

void Promise.all([session.refresh(), words.start()]).then(() => {
  sentences.start();
  root.replaceChildren();
  effect(() => {
    // What a screen shows ends with its login.
    if (begun) return void (refused.value && location.reload());
    if (!(session.session.value?.signed_in ?? true)) return render(<Login />, root);
    begun = true;
    session.start();
    void start();
    render(
      <Part name="part.page" of={null}>
        <All />
      </Part>,
      root,
    );
  });
});
