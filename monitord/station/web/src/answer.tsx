// The answers to one alarm: seen, or who comes.
import { acknowledge, act, who } from "./send_action";
import { tiles } from "./live";
import { tapped } from "./refused";
import { may, mayNameless, mayUse } from "./session";
import { ask } from "./sheet";
import { name as stationName } from "./station";
import { sentence } from "./sentences";
import type { Alarm } from "./types";
import { t } from "./words";

/** Whether somebody here may come, or pass it on. */
const passable = (alarm: Alarm) => alarm.bed !== null && alarm.next_at !== null;
/** Somebody called for help: it is not over before somebody says that they are there. */
export const HELP = "help";
const seen = () => mayUse("POST /api/alarms/{alarm:path}/acknowledge");

export const answerable = (alarm: Alarm) =>
  alarm.key !== HELP && ((passable(alarm) && (may("accept") || may("reject"))) || seen());

/** Come, or say that somebody else must: both end the wait of those who were told. */
export const answer = (alarm: Alarm) =>
  ask({
    title: t("answer.title"),
    bed: tiles.value.get(alarm.bed ?? "") ?? null,
    text: sentence(alarm),
    done: t("answer.title"),
    fields: [
      {
        name: "type",
        label: t("answer.title"),
        options: ([
          ...(passable(alarm) ? [["accept", t("answer.accept")], ["reject", t("answer.reject")]] : []),
          ...(seen() ? [["acknowledge", t("answer.acknowledge")]] : []),
        ] as [string, string][]).filter(([type]) => type === "acknowledge" || may(type)),
      },
      { name: "reason", label: t("field.why") },
    ],
    send: ({ type = "accept", ...given }) =>
      type === "acknowledge" ? acknowledge(alarm.id, given) : act(alarm.bed ?? "", { type, alarm: alarm.id, ...given }),
  });

export function AnswerButton({ alarm }: { alarm: Alarm }) {
  if (alarm.key === HELP || !passable(alarm) || !(may("accept") || may("reject"))) return null;
  return (
    <button class="answer" onClick={() => answer(alarm)}>
      {t("answer.button")}
    </button>
  );
}

/** One tap where somebody said who they are, else their initials first. */
export function AcknowledgeButton({ alarm }: { alarm: Alarm }) {
  if (!mayUse("POST /api/alarms/{alarm:path}/acknowledge")) return null;
  const help = alarm.key === HELP;
  const tap = () =>
    who.value && !help
      ? void tapped(alarm.bed, alarm.id, acknowledge(alarm.id))
      : ask({
          title: t(help ? "help.who" : "acknowledge"),
          bed: alarm.bed === null ? null : (tiles.value.get(alarm.bed) ?? null),
          text: help ? t("help.text") : sentence(alarm),
          done: t(help ? "help.there" : "acknowledge"),
          timeless: help,
          nameless: !help && mayNameless("acknowledge") ? t("acknowledge.nameless", { station: stationName.value }) : undefined,
          send: (given) => acknowledge(alarm.id, given),
        });
  return (
    <button class="acknowledge" aria-label={t(help ? "help.who" : "acknowledge")} onClick={tap}>
      <span>{t(help ? "help.who" : "acknowledge")}</span>
    </button>
  );
}
