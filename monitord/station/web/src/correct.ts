// An entry that was wrong, or stands at the wrong time: taken back and entered again, in one sheet.
import { act } from "./send_action";
import { look } from "./bed_explanation";
import type { Field } from "./fields";
import { timeOfDay } from "./format";
import { ask } from "./sheet";
import type { Asked, Bed, Step } from "./types";
import { field } from "./observe";
import { actionName, itemName, signalLabel } from "./sentences";
import { t, type Word } from "./words";

/** What only makes sense once, or is corrected by saying the opposite. */
const NOT = ["void", "admit", "discharge", "patient_back", "correct_protocol", "move", "swap_device"];
/** What lasts is undone by doing the opposite. */
const LASTS = ["void", "admit", "move", "swap_device"];
/** An old one and a new one may stand side by side: then nothing is ever missing in between. */
const BESIDE = ["observe", "fill_form", "answer_question", "accept_baseline"];

export const voidable = (step: Step) => !step.voided && !LASTS.includes(step.type);
export const correctable = (step: Step) => !step.voided && !NOT.includes(step.type);

type Values = Record<string, number>;

/** What an entry may say in words. */
const TEXTS: Record<string, Word> = { reason: "field.why", note: "field.note", override: "field.override" };

function fields(bed: Bed, step: Step, asked: Asked[], asks: string): Field[] {
  const values = (step.entered.values ?? {}) as Values;
  const signs = step.type === "observe" ? asked : asked.filter((sign) => sign.signal in values);
  const typed = Object.keys(values).filter((name) => !signs.some((sign) => sign.signal === name));
  const answers = (step.entered.answers ?? {}) as Values;
  const text = Object.keys(TEXTS).filter((name) => name in step.entered || (name === "note" && BESIDE.includes(step.type)));
  return [
    ...Object.keys(answers).map((name) => ({ name: `#${name}`, label: itemName(name), number: true, value: String(answers[name]), required: true })),
    ...typed.map((name) => ({ name: `=${name}`, label: signalLabel(bed.signals.find((each) => each.signal === name) ?? { signal: name, label: t("field.value") }), number: true, value: String(values[name]) })),
    // What was entered stands first.
    ...signs
      .toSorted((a, b) => Number(b.signal in values) - Number(a.signal in values))
      .map((sign) => ({
        ...field(sign),
        name: `=${sign.signal}`,
        due: false,
        beside: undefined,
        ...(sign.signal in values && { value: String(values[sign.signal]) }),
      })),
    ...("yes" in step.entered
      ? [{ name: "yes", label: asks, choices: [["true", t("field.yes")], ["false", t("field.no")]] as [string, string][], value: String(step.entered.yes), keep: true }]
      : []),
    ...text.map((name) => ({ name, label: t(TEXTS[name]!), value: String(step.entered[name] ?? "") })),
  ];
}

/** The action's body again, with what was changed. */
function body(step: Step, given: Record<string, string>): Record<string, unknown> {
  const { yes, ...rest } = given;
  const said = Object.entries(rest).filter(([name]) => !/^[=#]/.test(name));
  const numbers = (mark: string): Values =>
    Object.fromEntries(
      Object.entries(rest).flatMap(([name, value]) => (name.startsWith(mark) ? [[name.slice(1), Number(value)]] : [])),
    );
  const { reason: _reason, note: _note, override: _override, ...kept } = step.entered;
  return {
    ...kept,
    ...Object.fromEntries(said),
    ...("values" in kept && { values: numbers("=") }),
    ...("answers" in kept && { answers: numbers("#") }),
    ...(yes && { yes: yes === "true" }),
  };
}

export async function correct(bed: Bed, step: Step): Promise<void> {
  const known = "values" in step.entered || "yes" in step.entered ? await look(bed.bed) : null;
  const asked = known?.asked ?? [];
  const question = [...(known?.gate ?? []), ...(known?.discharge ?? [])].find((point) => point.name === step.entered.question);
  ask({
    title: t("correct.title", { entry: actionName(step.type) }),
    bed,
    text: t("correct.text", { by: step.by, time: timeOfDay(step.at) }),
    done: t("correct.done"),
    entered: step.at,
    unkept: true,
    fields: fields(bed, step, asked, question?.title ?? t("correct.question")),
    send: async (given) => {
      const again = () => act(bed.bed, { type: step.type, ...body(step, given) });
      const remove = () => act(bed.bed, { type: "void", action: step.id, by: given.by, reason: t("correct.reason") });
      if (BESIDE.includes(step.type)) return (await again()) ?? remove();
      const refused = await remove();
      if (refused) return refused;
      const missing = await again();
      return missing && t("correct.half", { why: missing });
    },
  });
}
