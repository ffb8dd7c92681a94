// What holds for this visit besides the protocol's own text: forms, limits of this patient's own, another protocol.
import { act } from "./send_action";
import type { Field } from "./fields";
import { timeOfDay, words } from "./format";
import { look } from "./look";
import { MISSING } from "./observe";
import { ask } from "./sheet";
import type { Bed, Form, FormItem, Level, Terms } from "./types";

const YES_NO: [string, string][] = [["yes", "Yes"], ["no", "No"]];
const WHY: Field = { name: "reason", label: "Why", required: true };

const scores = (item: FormItem) =>
  Array.from({ length: item.high - item.low + 1 }, (_, n): [string, string] => [String(item.low + n), String(item.low + n)]);

/** From which score on an answer calls a clinician stands at its item, before it is tapped. */
function label(item: FormItem): string {
  const name = item.title || words(item.name);
  return item.asks_above === null ? name : `${name} - any answer above ${item.asks_above} calls a clinician at once`;
}

function filled(form: Form): string {
  const last = form.last ? `Last total ${form.last.total}, by ${form.last.by} at ${timeOfDay(form.last.at)}.` : "Not filled in yet.";
  const licensed = form.items.every((item) => item.title) ? "" : " Its questions stand on the clinic's own form: tap the score printed at each answer.";
  return `${last}${licensed} The total is kept; it is no diagnosis.`;
}

export async function fillForm(bed: Bed, name: string, title: string): Promise<void> {
  const form = (await look(bed.bed))?.terms.forms.find((each) => each.name === name);
  ask({
    title,
    bed,
    text: form ? filled(form) : MISSING,
    done: "Save",
    unkept: true,
    fields: [
      ...(form?.items ?? []).map((item) => ({ name: `=${item.name}`, label: label(item), choices: scores(item), required: true })),
      { name: "note", label: "Note" },
    ],
    send: async (given) => {
      if (!form) return MISSING;
      const told = Object.entries(given).filter(([key]) => !key.startsWith("="));
      const answers = form.items.map((item) => [item.name, Number(given[`=${item.name}`])] as const);
      return act(bed.bed, { type: "fill_form", form: name, answers: Object.fromEntries(answers), ...Object.fromEntries(told) });
    },
  });
}

export async function assess(bed: Bed): Promise<void> {
  const concern = (await look(bed.bed))?.terms.concern;
  ask({
    title: "Patient assessed",
    bed,
    text: `A clinician saw the patient${concern ? ` because of: ${concern.says}` : ""}. This ends the alarm.`,
    done: "Assessed",
    fields: [{ name: "note", label: "What came of it", required: true }],
    send: (given) => act(bed.bed, { type: "assess", ...given }),
  });
}

const RELATION = /^[<>]=?/;
const relation = (limit: string) => RELATION.exec(limit)?.[0] ?? "";
const size = (limit: string) => limit.replace(RELATION, "");

/** How far a clinician may loosen the level; null where the protocol allows none. */
export const bounds = (terms: Terms, level: Level) =>
  terms.adjustable.find((each) => each.rule === level.rule && each.priority === level.priority && each.limit === level.was) ?? null;

export function limit(bed: Bed, terms: Terms, level: Level, type: "tighten_limit" | "adjust_limit"): void {
  const room = bounds(terms, level);
  const sign = relation(level.was);
  const far = room && `between ${room.low} and ${room.high}`;
  const text =
    type === "tighten_limit"
      ? `Alarms sooner than ${level.limit}, for this patient, until the session ends.`
      : `The protocol's ${level.was} may stand ${far}, for this patient, until the session ends. A tighter one is free.`;
  ask({
    title: `${type === "tighten_limit" ? "Tighten" : "Adjust"} ${level.label} ${level.priority}`,
    bed,
    text,
    done: "Set limit",
    timeless: true,
    fields: [{ name: "limit", label: `Alarm when ${level.label} ${sign}`, number: true, value: size(level.limit), required: true }, WHY],
    send: ({ limit: value = "", ...given }) =>
      act(bed.bed, { type, rule: level.rule, priority: level.priority, was: level.was, limit: sign + value, ...given }),
  });
}

export async function putRight(bed: Bed): Promise<void> {
  const terms = (await look(bed.bed))?.terms;
  const protocols = terms?.protocols ?? [];
  const overlays = new Map(protocols.flatMap((protocol) => protocol.overlays.filter((each) => !each.always).map((each) => [each.name, each.asks])));
  ask({
    title: "Correct protocol",
    bed,
    text: terms ? "The session goes on under what is chosen here; stage and elapsed time stay. The record keeps both." : MISSING,
    done: "Correct",
    timeless: true,
    fields: [
      {
        name: "protocol",
        label: "Protocol",
        choices: protocols.map(({ name, title }) => [name, title]),
        ...(terms && { value: terms.protocol }),
        keep: true,
      },
      ...[...overlays].map(([name, asks]) => ({
        name: `_${name}`,
        label: asks,
        choices: YES_NO,
        value: terms?.overlays.includes(name) ? "yes" : "no",
        keep: true,
      })),
      WHY,
    ],
    send: async (given) => {
      const wanted = [...overlays.keys()].filter((name) => given[`_${name}`] === "yes");
      const body = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith("_")));
      return act(bed.bed, { type: "correct_protocol", ...body, overlays: wanted });
    },
  });
}
