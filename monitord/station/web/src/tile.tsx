// One bed, readable from the door.
import { act, report, who } from "./act";
import { Actions } from "./actions";
import { clock, MARK, sounds, unanswered, words } from "./format";
import { dead, now } from "./live";
import { Pleth } from "./pleth";
import { showDetail } from "./detail";
import { Swapped } from "./swap";
import { AcknowledgeButton, AnswerButton } from "./top";
import { TrendLine } from "./trend";
import { Observed, Vitals } from "./vitals";
import type { Alarm, Bed, Due, Session, Unmonitored } from "./types";

export function Tile({ bed }: { bed: Bed }) {
  const worst = bed.alarms.find(unanswered);
  const state = worst ? `${worst.priority} ${worst.kind}` : bed.alarms.length ? "answered" : "quiet";
  return (
    <article id={`bed-${bed.bed}`} class={`tile ${state}`} data-bed={bed.bed} aria-label={bed.label}>
      <header>
        <h2>
          <button class="name" onClick={() => (showDetail.value = bed.bed)}>
            {bed.label}
          </button>
        </h2>
        {bed.session ? <Visit session={bed.session} /> : <p class="visit empty">No session: suite limits watch</p>}
        <button class="help" onClick={() => void report(act(bed.bed, { type: "call_help", ...named() }))}>
          Help
        </button>
      </header>
      {bed.simulated && <p class="simulated">SIMULATED · NOT A PATIENT</p>}
      <Swapped bed={bed} />
      <Alarms bed={bed} />
      {bed.session && <Prompts session={bed.session} />}
      <Vitals bed={bed} />
      <div class="curves">
        <Pleth bed={bed.bed} />
        <TrendLine bed={bed.bed} />
      </div>
      <div class="below">
        <div class="notes">
          <DueLine bed={bed} />
          <Observed bed={bed} />
        </div>
        <Actions bed={bed} />
      </div>
      {dead.value && <div class="veil">NOT LIVE</div>}
    </article>
  );
}

/** It keeps its place: a bed never vanishes because its software failed. */
export function Lost({ lost }: { lost: Unmonitored }) {
  return (
    <article id={`bed-${lost.bed}`} class="tile high lost" data-bed={lost.bed} aria-label={lost.label}>
      <header>
        <h2>{lost.label}</h2>
      </header>
      <p class="none">NOT MONITORED</p>
      <p>
        The software of this bed stopped on a fault. Watch this patient by hand and on the approved monitor. monitord
        takes the bed up again when it is restarted.
      </p>
      {lost.why && <small>{lost.why}</small>}
    </article>
  );
}

export const named = () => (who.value ? { by: who.value } : {});

function Visit({ session }: { session: Session }) {
  const past = now.value - session.since;
  const whole = session.ends === null ? null : session.ends - session.since;
  const left = session.ends === null ? null : session.ends - now.value;
  return (
    <div class="visit">
      <Ring share={whole ? past / whole : null} running={session.infusion === "running"} />
      <p>
        <b>
          {session.phase_title}
          {session.infusion === "paused" && " · PAUSED"}
          {session.reaction && ` · REACTION (${session.reaction.reason}) ${clock(now.value - session.reaction.since)}`}
          {session.away && ` · AWAY (${session.away.reason}) ${clock(Math.max(0, session.away.until - now.value))} left`}
        </b>{" "}
        <span class="clock">{clock(past)}</span>
        {left !== null && <span class="left"> · {left >= 0 ? `${clock(left)} left` : `${clock(left)} over`}</span>}
        <br />
        <small title={session.protocol}>
          {[session.pseudonym || "no pseudonym", session.title, ...session.overlays].join(" · ")}
        </small>
      </p>
    </div>
  );
}

/** The protocol's own words, with where they come from. */
function Prompts({ session }: { session: Session }) {
  if (session.prompts.length === 0) return null;
  return (
    <ul class="prompts">
      {session.prompts.map((prompt) => (
        <li key={prompt.name} title={prompt.source}>
          <b>{prompt.asks}</b>
          <small>
            {session.protocol} asks since {clock(now.value - prompt.since)}
            {prompt.why && `: ${prompt.why}`}
            {prompt.kept && " (over, kept)"}
          </small>
        </li>
      ))}
    </ul>
  );
}

const RADIUS = 19;
const ROUND = 2 * Math.PI * RADIUS;

function Ring({ share, running }: { share: number | null; running: boolean }) {
  const done = Math.min(1, Math.max(0, share ?? 0));
  return (
    <svg class={running ? "ring running" : "ring"} viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r={RADIUS} class="track" />
      {share !== null && (
        <circle
          cx="24"
          cy="24"
          r={RADIUS}
          class="done"
          stroke-dasharray={`${done * ROUND} ${ROUND}`}
          transform="rotate(-90 24 24)"
        />
      )}
    </svg>
  );
}

export function Alarms({ bed }: { bed: Bed }) {
  if (bed.alarms.length === 0) return null;
  const first = bed.alarms.find((alarm) => sounds(alarm, now.value));
  return (
    <ul class="alarms">
      {bed.alarms.map((alarm) => (
        <AlarmRow key={alarm.id} alarm={alarm} pause={alarm === first} />
      ))}
    </ul>
  );
}

/** `pause`: the bed's audio pause stands at its first sounding alarm. */
function AlarmRow({ alarm, pause }: { alarm: Alarm; pause: boolean }) {
  const bed = alarm.bed ?? "";
  const open = unanswered(alarm);
  return (
    <li class={`alarm ${alarm.priority} ${alarm.kind} ${open ? "open" : "seen"}`} data-alarm={alarm.key}>
      <b class="mark" aria-label={`${alarm.priority} priority`}>
        {MARK[alarm.priority]}
      </b>
      <p>
        <span class="what">{alarm.text || words(alarm.key)}</span>
        <small>
          {alarm.kind !== "physiological" && <span class="tag">{alarm.kind.toUpperCase()} </span>}
          {alarm.phase === "latched" && <span class="tag">OVER, HELD UNTIL ACKNOWLEDGED </span>}
          for {clock(now.value - alarm.since)}
          {notes(alarm)}
        </small>
      </p>
      {pause && (
        <button class="pause" onClick={() => void report(act(bed, { type: "pause_audio", ...named() }))}>
          Pause audio
        </button>
      )}
      {open && <AnswerButton alarm={alarm} />}
      {open && <AcknowledgeButton alarm={alarm} />}
    </li>
  );
}

function notes(alarm: Alarm): string {
  const at = now.value;
  const said: string[] = [];
  if (alarm.inhibited_by) said.push(`told with ${words(alarm.inhibited_by)}`);
  if (alarm.phase === "acknowledged") {
    said.push(`acknowledged by ${alarm.answered_by ?? "?"}`);
    if (alarm.expires_at) said.push(`sounds again in ${clock(Math.max(0, alarm.expires_at - at))}`);
  }
  if (alarm.accepted_by) said.push(`accepted by ${alarm.accepted_by}`);
  if (alarm.audio_paused_until && alarm.audio_paused_until > at)
    said.push(`AUDIO PAUSED ${clock(alarm.audio_paused_until - at)}`);
  if (unanswered(alarm) && alarm.next_at && alarm.next_at > at) said.push(`next told in ${clock(alarm.next_at - at)}`);
  return said.map((text) => ` · ${text}`).join("");
}

/** What is wanted at the same time stands together. */
function together(due: Due[]): Due[] {
  const times = new Map<number, Due>();
  for (const item of due) {
    const found = times.get(item.due);
    times.set(item.due, found ? { ...found, title: `${found.title}, ${item.title}` } : item);
  }
  return [...times.values()];
}

function DueLine({ bed }: { bed: Bed }) {
  const next = together(bed.due).slice(0, 3);
  return (
    <p class="due">
      {next.length === 0 && bed.session && <span>nothing scheduled in this phase</span>}
      {next.map((item) => {
        const left = item.due - now.value;
        return (
          <span key={item.item} class={left < 0 ? "late" : left < 60000 ? "soon" : ""}>
            {item.title} <b>{left < 0 ? `${clock(left)} late` : `in ${clock(left)}`}</b>
          </span>
        );
      })}
    </p>
  );
}
