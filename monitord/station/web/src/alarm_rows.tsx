// The alarms of a tile: the patient's, the equipment's and what is to be done, each with its own look and place.
import { act, who } from "./send_action";
import { AcknowledgeButton, AnswerButton } from "./answer";
import { clock, MARK, sounds, unanswered, words } from "./format";
import { now } from "./live";
import { RefusedAt, tapped } from "./refused";
import type { Alarm, Bed } from "./types";

const CLASS: Record<Alarm["kind"], string> = { physiological: "", technical: "EQUIPMENT", task: "TO DO" };

export const pauseAudio = (bed: string) => tapped(bed, bed, act(bed, { type: "pause_audio", ...(who.value && { by: who.value }) }));

/** The most urgent one of all that sounds here: the audio pause of the bed stands beside it. */
export const loudest = (bed: Bed) => bed.alarms.find((alarm) => sounds(alarm, now.value));

export function Alarms({ bed, kind }: { bed: Bed; kind: Alarm["kind"] }) {
  const alarms = bed.alarms.filter((alarm) => alarm.kind === kind);
  if (alarms.length === 0) return null;
  const first = loudest(bed);
  return (
    <ul class={`alarms of-${kind}`}>
      {alarms.map((alarm, n) => (
        <Row key={alarm.id} alarm={alarm} pause={alarm === first} leads={n === 0} />
      ))}
    </ul>
  );
}

function Row({ alarm, pause, leads }: { alarm: Alarm; pause: boolean; leads: boolean }) {
  const open = unanswered(alarm);
  const tag = CLASS[alarm.kind];
  return (
    <li class={`alarm ${alarm.priority} ${alarm.kind} ${open ? "open" : "seen"} ${leads ? "leads" : ""}`} data-alarm={alarm.key}>
      <b class="mark" aria-label={`${alarm.priority} priority`}>
        {MARK[alarm.priority]}
      </b>
      <p>
        {tag && <span class="tag">{tag} </span>}
        <span class="what">{alarm.text || words(alarm.key)}</span>{" "}
        <small>
          {alarm.phase === "latched" && <span class="tag">OVER, HELD UNTIL ACKNOWLEDGED </span>}
          <span class="lasts">for {clock(now.value - alarm.since)}</span>
          <span class="notes">{notes(alarm)}</span>
        </small>
        <RefusedAt at={alarm.id} />
      </p>
      {pause && (
        <button class="pause" onClick={() => void pauseAudio(alarm.bed ?? "")}>
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
