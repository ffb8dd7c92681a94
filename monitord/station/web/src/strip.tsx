// Every chair that alarms in a few words, always in sight: an alarmed chair can't scroll out of it.
import { signal } from "@preact/signals";
import { clock, MARK, unanswered } from "./format";
import { AcknowledgeButton, HELP } from "./answer";
import { alarms, dead, now, tiles } from "./live";
import { RefusedBeside } from "./refused";
import { brief } from "./sentences";
import type { Alarm } from "./types";
import { t } from "./words";

/**
 * The head would take too much of the height: from 1 on the chips say which chair, the tiles say the rest; from 2 on what all
 * chairs are called stands once before them ("Chair: 3 6 9").
 */
export const compact = signal(0);

/** What all of these begin with, in whole words; empty where one of them is nothing more. */
export function common(labels: string[]): string {
  const [first = "", ...rest] = labels;
  const end = first.lastIndexOf(" ") + 1;
  const begins = first.slice(0, end);
  return rest.length > 0 && labels.every((label) => label.startsWith(begins) && label.length > end && !label.slice(end).includes(" ")) ? begins : "";
}

const labelOf = (bed: string | null) => (bed === null ? t("log.suite_name") : (tiles.value.get(bed)?.label ?? t("log.suite_name")));

/** What decides how wide the chips are; with it the head is measured anew. */
export const stripShape = () =>
  alarms.value
    .filter(unanswered)
    .map((alarm) => `${alarm.id} ${brief(alarm).length}`)
    .join("|");

export function Strip() {
  const waiting = alarms.value.filter(unanswered);
  const answered = alarms.value.filter((alarm) => alarm.phase === "acknowledged").length;
  const found = byChair(waiting);
  // In the shortest head the chairs stand together behind what they are called; what is of no chair comes after them, whole.
  const chairs = compact.value > 1 ? [...found.filter(([first]) => first!.bed !== null), ...found.filter(([first]) => first!.bed === null)] : found;
  const called = compact.value > 1 ? common(chairs.flatMap(([first]) => (first!.bed === null ? [] : [labelOf(first!.bed)]))) : "";
  return (
    <nav class={["strip", "strip compact", "strip compact shortest"][compact.value]} aria-label={t("strip.label")}>
      {waiting.length === 0 && (
        <span class="none">
          {dead.value ? t("strip.unknown") : answered ? t("strip.answered", { count: answered }) : t("strip.none")}
        </span>
      )}
      {called && <b aria-hidden="true">{called.trim()}</b>}
      {chairs.map((all) => (
        <Chip key={all[0]!.bed} all={all} called={called} />
      ))}
      <RefusedBeside bed={null} shown={[]} />
    </nav>
  );
}

/** The unanswered alarms of each chair, the most urgent chair first. */
function byChair(waiting: Alarm[]): Alarm[][] {
  const found = new Map<string | null, Alarm[]>();
  for (const alarm of waiting) found.set(alarm.bed, [...(found.get(alarm.bed) ?? []), alarm]);
  return [...found.values()];
}

const others = (all: Alarm[], kind: Alarm["kind"], word: string) => {
  const count = all.filter((alarm) => alarm.kind === kind).length;
  return count ? ` + ${count} ${word}` : "";
};

/** The patient's alarms are all named; only equipment and tasks are counted behind them. */
function said(all: Alarm[]): string {
  const patient = all.filter((alarm) => alarm.kind === "physiological");
  const [first, ...rest] = all;
  if (patient.length > 0)
    return patient.map(brief).join(" · ") + others(all, "technical", t("strip.equipment")) + others(all, "task", t("strip.to_do"));
  return brief(first!) + others(rest, "technical", t("strip.equipment")) + others(rest, "task", t("strip.to_do"));
}

function Chip({ all, called }: { all: Alarm[]; called: string }) {
  const alarm = all[0]!;
  const look = () => document.getElementById(`bed-${alarm.bed}`)?.scrollIntoView({ behavior: "smooth", block: "center" });
  const label = labelOf(alarm.bed);
  return (
    <span class={`chip ${alarm.priority} ${alarm.kind}`}>
      <button class="look" onClick={look} aria-label={t("strip.chip", { priority: t(`priority.${alarm.priority}`), bed: label, what: said(all) })}>
        <b class="mark">{MARK[alarm.priority]}</b> {label.startsWith(called) ? label.slice(called.length) : label}
        {(!compact.value || alarm.bed === null || alarm.key === HELP) && (
          <>
            {" · "}
            {said(all)} <small>{clock(now.value - alarm.since)}</small>
          </>
        )}
      </button>
      {all.filter((each) => each.bed === null || each.key === HELP).slice(0, 1).map((each) => (
        <AcknowledgeButton key={each.id} alarm={each} />
      ))}
    </span>
  );
}
