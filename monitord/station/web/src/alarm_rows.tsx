// The alarms of a tile: the patient's, the equipment's and what is to be done, each with its own look and place.
import { act, who } from "./send_action";
import { AcknowledgeButton, AnswerButton } from "./answer";
import { AnswersFromElsewhere, useElsewhere } from "./elsewhere";
import { clock, MARK, sounds, unanswered } from "./format";
import { alarms as every, now } from "./live";
import { RefusedAt, tapped } from "./refused";
import { brief, sentence } from "./sentences";
import type { Alarm, Bed } from "./types";
import { t, type Word } from "./words";

const CLASS: Record<Alarm["kind"], Word | null> = { physiological: null, technical: "alarm.equipment", task: "alarm.to_do" };

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

/** A number and its unit stay together where a line ends. */
const whole = (text: string) => text.replace(/(\d) (?=(?:s|min|h)\b)/g, "$1\u00a0");

function Row({ alarm, pause, leads }: { alarm: Alarm; pause: boolean; leads: boolean }) {
  const open = unanswered(alarm);
  const tag = CLASS[alarm.kind];
  const from = useElsewhere();
  return (
    <li class={`alarm ${alarm.priority} ${alarm.kind} ${open ? "open" : "seen"} ${leads ? "leads" : ""}`} data-alarm={alarm.key}>
      <b class="mark" aria-label={t(`alarm.priority_${alarm.priority}`)}>
        {MARK[alarm.priority]}
      </b>
      <p>
        {tag && <span class="tag">{t(tag)} </span>}
        <span class="what">{whole(sentence(alarm))}</span>
        <span class="brief">{whole(brief(alarm))}</span>{" "}
        <small>
          {alarm.phase === "latched" && <span class="tag">{t("alarm.held")} </span>}
          <span class="lasts">{t("alarm.lasts", { time: clock(now.value - alarm.since) })}</span>
          <span class="notes">{notes(alarm)}</span>
        </small>
        <RefusedAt at={alarm.id} />
      </p>
      {pause && !from && (
        <button class="pause" onClick={() => void pauseAudio(alarm.bed ?? "")}>
          {t("button.pause_audio")}
        </button>
      )}
      {open && from && <AnswersFromElsewhere alarm={alarm} from={from} />}
      {open && !from && <AnswerButton alarm={alarm} />}
      {open && !from && <AcknowledgeButton alarm={alarm} />}
    </li>
  );
}

/** The alarm that stands for this one: by its own words, never by the name of its rule. */
function toldWith(alarm: Alarm): string {
  const other = every.value.find((each) => each.bed === alarm.bed && each.key === alarm.inhibited_by);
  return other ? t("alarm.told_with", { alarm: brief(other) }) : t("alarm.told_with_other");
}

function notes(alarm: Alarm): string {
  const at = now.value;
  const said: string[] = [];
  if (alarm.inhibited_by) said.push(toldWith(alarm));
  if (alarm.phase === "acknowledged") {
    said.push(t("alarm.acknowledged_by", { by: alarm.answered_by ?? "?" }));
    if (alarm.expires_at) said.push(t("alarm.sounds_again", { time: clock(Math.max(0, alarm.expires_at - at)) }));
  }
  if (alarm.accepted_by) said.push(t("alarm.accepted_by", { by: alarm.accepted_by }));
  if (alarm.audio_paused_until && alarm.audio_paused_until > at)
    said.push(t("alarm.audio_paused", { time: clock(alarm.audio_paused_until - at) }));
  if (unanswered(alarm) && alarm.next_at && alarm.next_at > at) said.push(t("alarm.next_told", { time: clock(alarm.next_at - at) }));
  return said.map((text) => ` · ${text}`).join("");
}
