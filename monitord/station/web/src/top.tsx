// The head of the page, always in sight: is this live, does it sound, and which beds alarm.
import { acknowledge, act, again, became, NOT_KNOWN, report, trouble, who } from "./act";
import { hidden, lossAnswered, locked, test, unlock } from "./attention";
import { clock, MARK, timeOfDay, unanswered, words } from "./format";
import { alarms, broken, dead, deadSounding, hello, lost, now, silence, tiles } from "./live";
import { Person } from "./lock";
import { showLog } from "./log";
import { older, renew, replaced, stuck } from "./renew";
import { may, mayUse } from "./session";
import { ask } from "./sheet";
import { StationButton, TestBanner } from "./station";
import { SuiteButton } from "./suite";
import type { Alarm } from "./types";

const CLOCK_DIFFERENCE_MS = 2000;

export function Top() {
  const { suite, notice } = hello.value;
  const ahead = now.value - Date.now();
  return (
    <>
      <div class="top">
        <b class="suite">{suite || "monitord"}</b>
        <span class="time">{now.value ? timeOfDay(now.value) : "--:--"}</span>
        <span class={`live ${dead.value ? "gone" : ""}`} role="status">
          {dead.value ? "NOT LIVE" : silence.value >= 1500 ? `quiet ${silence.value / 1000} s` : "live"}
        </span>
        {Math.abs(ahead) > CLOCK_DIFFERENCE_MS && !dead.value && (
          <span class="differs" title="The daemon's clock against this screen's">
            {Math.abs(ahead) < 3600000 ? `clock ${ahead > 0 ? "+" : "−"}${clock(ahead)}` : "clock differs by hours"}
          </span>
        )}
        {notice && <strong class="notice">{notice}</strong>}
        <span class="spring" />
        <SuiteButton />
        <StationButton />
        <button onClick={() => (showLog.value = !showLog.value)}>Alarm log</button>
        <button onClick={test}>Test sound</button>
        <Person />
      </div>
      <Banners />
    </>
  );
}

function Banners() {
  return (
    <>
      {dead.value && (
        <div class="banner loss" role="alert">
          <p>
            <b>NO CONNECTION TO MONITORD for {Math.floor(silence.value / 1000)} s</b>
            <br />
            No bed is watched from here. Look at the patients and at their own monitors.
          </p>
          {deadSounding.value && !lossAnswered.value && (
            <button class="big" onClick={() => (lossAnswered.value = true)}>
              I know: stop this sound
            </button>
          )}
        </div>
      )}
      {!dead.value && lost.value && (
        <div class="banner back" role="status">
          <p>
            Connection back at {timeOfDay(lost.value.until)} after {Math.round(lost.value.ms / 1000)} s. Alarms told
            meanwhile are in the log.
          </p>
          <button onClick={() => (lost.value = null)}>OK</button>
        </div>
      )}
      {[...broken.value].map(([bed, error]) => (
        <div key={bed} class="banner loss" role="alert">
          <p>
            <b>{bed === null ? "Suite alarms" : (tiles.value.get(bed)?.label ?? `Bed ${bed}`)} can't be shown.</b> Go
            there. <small>{error}</small>
          </p>
        </div>
      ))}
      <TestBanner />
      {locked.value && (
        <div class="banner locked" role="alert">
          <p>
            <b>SOUND IS LOCKED</b> by the browser: this station is silent.
          </p>
          <button class="big" onClick={unlock}>
            Unlock sound
          </button>
        </div>
      )}
      {hidden.value && <div class="banner locked">This page is hidden: sounds may come late.</div>}
      {trouble.value && (
        <div class="banner trouble" role="alert">
          <p>{trouble.value === NOT_KNOWN ? trouble.value : `Not done: ${trouble.value}`}</p>
          <button onClick={() => (trouble.value = null)}>OK</button>
        </div>
      )}
      {older.value && (
        <div class="banner locked" role="status" data-older>
          <p>
            monitord was upgraded, and this page is of the version before.{" "}
            {stuck.value ? "Reloading brought the same page again: tell your engineer." : "It reloads itself when nobody is busy here."}
          </p>
          <button onClick={() => void renew()}>Reload now</button>
        </div>
      )}
      {replaced.value !== null && (
        <div class="banner back" role="status" data-replaced>
          <p>This page was reloaded at {timeOfDay(replaced.value)}, because monitord was upgraded.</p>
          <button onClick={() => (replaced.value = null)}>OK</button>
        </div>
      )}
      {again.value && (
        <div class="banner locked" role="status" data-again>
          <p>
            No answer yet to <b>{again.value}</b>: it is sent again, and done once.
          </p>
        </div>
      )}
      {became.value && (
        <div class="banner back" role="status" data-became>
          <p>
            <b>{became.value}</b> was taken. Its answer was lost on the way.
          </p>
          <button onClick={() => (became.value = null)}>OK</button>
        </div>
      )}
    </>
  );
}

/** Every alarm of the suite in one line each: an alarmed bed can't scroll out of sight. */
export function Strip() {
  const waiting = alarms.value.filter(unanswered);
  const answered = alarms.value.filter((alarm) => alarm.phase === "acknowledged").length;
  return (
    <nav class="strip" aria-label="Active alarms">
      {waiting.length === 0 && (
        <span class="none">
          {dead.value ? "Alarms unknown" : answered ? `No unanswered alarm, ${answered} acknowledged` : "No active alarm"}
        </span>
      )}
      {worstOfEach(waiting).map(([alarm, more]) => (
        <Chip key={alarm.bed} alarm={alarm} more={more} />
      ))}
    </nav>
  );
}

/** Of each bed the worst alarm, and how many more it has. */
function worstOfEach(waiting: Alarm[]): [Alarm, number][] {
  const beds = new Map<string | null, [Alarm, number]>();
  for (const alarm of waiting) {
    const found = beds.get(alarm.bed);
    if (found) found[1] += 1;
    else beds.set(alarm.bed, [alarm, 0]);
  }
  return [...beds.values()];
}

function Chip({ alarm, more }: { alarm: Alarm; more: number }) {
  const tile = alarm.bed === null ? null : tiles.value.get(alarm.bed);
  const look = () => document.getElementById(`bed-${alarm.bed}`)?.scrollIntoView({ behavior: "smooth", block: "center" });
  return (
    <span class={`chip ${alarm.priority} ${alarm.kind}`}>
      <button class="look" onClick={look}>
        <b>{MARK[alarm.priority]}</b> {tile?.label ?? "Suite"} · {alarm.text || words(alarm.key)}
        <small>
          {" "}
          {clock(now.value - alarm.since)}
          {more > 0 && ` +${more}`}
        </small>
      </button>
      {alarm.bed === null && <AcknowledgeButton alarm={alarm} />}
    </span>
  );
}

/** Come, or say that somebody else must: both end the wait of those who were told. */
export function AnswerButton({ alarm }: { alarm: Alarm }) {
  const bed = alarm.bed;
  if (bed === null || alarm.next_at === null || !(may("accept") || may("reject"))) return null;
  const tap = () =>
    ask({
      title: "Answer",
      bed: tiles.value.get(bed) ?? null,
      text: alarm.text || words(alarm.key),
      done: "Answer",
      fields: [
        {
          name: "type",
          label: "Answer",
          options: [
            ["accept", "I am coming: nobody else need"],
            ["reject", "Not me: tell the next ones now"],
          ],
        },
        { name: "reason", label: "Why" },
      ],
      send: ({ type = "accept", ...given }) => act(bed, { type, alarm: alarm.id, ...given }),
    });
  return (
    <button class="answer" onClick={tap}>
      Answer…
    </button>
  );
}

/** One tap where somebody said who they are, else their initials first. */
export function AcknowledgeButton({ alarm }: { alarm: Alarm }) {
  if (!mayUse("POST /api/alarms/{alarm:path}/acknowledge")) return null;
  const tap = () =>
    who.value
      ? void report(acknowledge(alarm.id))
      : ask({
          title: "Acknowledge",
          bed: alarm.bed === null ? null : (tiles.value.get(alarm.bed) ?? null),
          text: alarm.text || words(alarm.key),
          done: "Acknowledge",
          send: (given) => acknowledge(alarm.id, given),
        });
  return (
    <button class="acknowledge" onClick={tap}>
      Acknowledge
    </button>
  );
}
