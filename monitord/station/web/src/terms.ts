// What holds for this visit besides the protocol's own text: forms, limits of this patient's own, another protocol.
import { act } from "./send_action";
import type { Field } from "./fields";
import { yesNo } from "./forms";
import { timeOfDay } from "./format";
import { look } from "./bed_explanation";
import { missing } from "./observe";
import { itemName, signalLabel } from "./sentences";
import { ask } from "./sheet";
import type { Bed, Form, FormItem, Level, Terms } from "./types";
import { t, writtenLimit } from "./words";

const why = (): Field => ({ name: "reason", label: t("field.why"), required: true });

const scores = (item: FormItem) =>
  Array.from({ length: item.high - item.low + 1 }, (_, n): [string, string] => [String(item.low + n), String(item.low + n)]);

/** From which score on an answer calls a clinician stands at its item, before it is tapped. */
function label(item: FormItem): string {
  const name = item.title || itemName(item.name);
  return item.asks_above === null ? name : t("form.calls", { item: name, score: item.asks_above });
}

function filled(form: Form): string {
  const last = form.last ? t("form.last", { total: form.last.total, by: form.last.by, time: timeOfDay(form.last.at) }) : t("form.not_filled");
  const licensed = form.items.every((item) => item.title) ? null : t("form.licensed");
  return [last, licensed, t("form.no_diagnosis")].filter(Boolean).join(" ");
}

export async function fillForm(bed: Bed, name: string, title: string): Promise<void> {
  const form = (await look(bed.bed))?.terms.forms.find((each) => each.name === name);
  ask({
    title,
    bed,
    text: form ? filled(form) : missing(),
    done: t("sheet.save"),
    unkept: true,
    fields: [
      ...(form?.items ?? []).map((item) => ({ name: `=${item.name}`, label: label(item), choices: scores(item), required: true })),
      { name: "note", label: t("field.note") },
    ],
    send: async (given) => {
      if (!form) return missing();
      const told = Object.entries(given).filter(([key]) => !key.startsWith("="));
      const answers = form.items.map((item) => [item.name, Number(given[`=${item.name}`])] as const);
      return act(bed.bed, { type: "fill_form", form: name, answers: Object.fromEntries(answers), ...Object.fromEntries(told) });
    },
  });
}

export async function assess(bed: Bed): Promise<void> {
  const concern = (await look(bed.bed))?.terms.concern;
  ask({
    title: t("button.assessed"),
    bed,
    text: concern ? t("assess.text_because", { why: concern.says }) : t("assess.text"),
    done: t("assess.done"),
    fields: [{ name: "note", label: t("assess.note"), required: true }],
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
  const far = room && t("limit.between", { low: room.low, high: room.high });
  const text =
    type === "tighten_limit"
      ? t("limit.sooner", { limit: writtenLimit(level.limit) })
      : t("limit.looser", { limit: writtenLimit(level.was), far: writtenLimit(far ?? "") });
  ask({
    title: t(type === "tighten_limit" ? "own.tighten_limit" : "own.adjust_limit", { limit: `${signalLabel(level)} ${t(`priority.${level.priority}`)}` }),
    bed,
    text,
    done: t("limit.set"),
    timeless: true,
    fields: [{ name: "limit", label: t("limit.when", { signal: signalLabel(level), sign }), number: true, value: size(level.limit), required: true }, why()],
    send: ({ limit: value = "", ...given }) =>
      act(bed.bed, { type, rule: level.rule, priority: level.priority, was: level.was, limit: sign + value, ...given }),
  });
}

export async function putRight(bed: Bed): Promise<void> {
  const terms = (await look(bed.bed))?.terms;
  const protocols = terms?.protocols ?? [];
  const overlays = new Map(protocols.flatMap((protocol) => protocol.overlays.filter((each) => !each.always).map((each) => [each.name, each.asks])));
  ask({
    title: t("button.correct_protocol"),
    bed,
    text: terms ? t("protocol.text") : missing(),
    done: t("correct.done"),
    timeless: true,
    fields: [
      {
        name: "protocol",
        label: t("field.protocol"),
        choices: protocols.map(({ name, title }) => [name, title]),
        ...(terms && { value: terms.protocol }),
        keep: true,
      },
      ...[...overlays].map(([name, asks]) => ({
        name: `_${name}`,
        label: asks,
        choices: yesNo(),
        value: terms?.overlays.includes(name) ? "yes" : "no",
        keep: true,
      })),
      why(),
    ],
    send: async (given) => {
      const wanted = [...overlays.keys()].filter((name) => given[`_${name}`] === "yes");
      const body = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith("_")));
      return act(bed.bed, { type: "correct_protocol", ...body, overlays: wanted });
    },
  });
}
