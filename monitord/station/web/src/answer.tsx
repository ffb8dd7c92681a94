// The answers to one alarm: seen, or who comes.
import { acknowledge, act, who } from "./send_action";
import { words } from "./format";
import { tiles } from "./live";
import { tapped } from "./refused";
import { may, mayNameless, mayUse } from "./session";
import { ask } from "./sheet";
import { name as stationName } from "./station";
import type { Alarm } from "./types";

/** Whether somebody here may come, or pass it on. */
export const answerable = (alarm: Alarm) => alarm.bed !== null && alarm.next_at !== null && (may("accept") || may("reject"));

/** Come, or say that somebody else must: both end the wait of those who were told. */
export const answer = (alarm: Alarm) =>
  ask({
    title: "Answer",
    bed: tiles.value.get(alarm.bed ?? "") ?? null,
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
    send: ({ type = "accept", ...given }) => act(alarm.bed ?? "", { type, alarm: alarm.id, ...given }),
  });

export function AnswerButton({ alarm }: { alarm: Alarm }) {
  if (!answerable(alarm)) return null;
  return (
    <button class="answer" onClick={() => answer(alarm)}>
      Answer…
    </button>
  );
}

/** One tap where somebody said who they are, else their initials first. */
export function AcknowledgeButton({ alarm }: { alarm: Alarm }) {
  if (!mayUse("POST /api/alarms/{alarm:path}/acknowledge")) return null;
  const tap = () =>
    who.value
      ? void tapped(alarm.bed, alarm.id, acknowledge(alarm.id))
      : ask({
          title: "Acknowledge",
          bed: alarm.bed === null ? null : (tiles.value.get(alarm.bed) ?? null),
          text: alarm.text || words(alarm.key),
          done: "Acknowledge",
          nameless: mayNameless("acknowledge") ? `Without signing in: screen ${stationName.value}` : undefined,
          send: (given) => acknowledge(alarm.id, given),
        });
  return (
    <button class="acknowledge" aria-label="Acknowledge" onClick={tap}>
      <span>Acknowledge</span>
    </button>
  );
}
