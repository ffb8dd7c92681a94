// The text of a sentence by its templates, to the letter as `sentence.py` of the daemon makes it. Pure.
import type { Sentence } from "./types";

export type Templates = Readonly<Record<string, string>>;

const PLACE = /\{(\w+)(?::(\w+))?\}/;
const FOUR_DIGITS = 999.5;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** As `Sentence` of the daemon writes it; null where a template is missing. */
export function rendered(said: Sentence, of: Templates): string | null {
  const template = of[said.key];
  if (template === undefined) return null;
  const parts = template.split(PLACE);
  let text = parts[0]!;
  for (let n = 1; n < parts.length; n += 3) {
    const [name, form = "", after] = [parts[n]!, parts[n + 1], parts[n + 2]!];
    const word = written(said.values[name] ?? "?", form.toLowerCase(), of);
    if (word === null) return null;
    text += (/^[A-Z]/.test(form) ? capital(word) : word) + after;
  }
  return text;
}

export const capital = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1);

function written(value: Sentence["values"][string], form: string, of: Templates): string | null {
  if (typeof value === "number") return form === "span" ? spoken(value) : digits(value, of.decimal_mark);
  if (typeof value === "string") {
    if (form === "" || form === "text") return value;
    return of[`${form}.${value}`] ?? value.replaceAll("_", " ");
  }
  if (!Array.isArray(value)) return rendered(value, of);
  const each = value.map((one) => rendered(one, of));
  if (each.includes(null)) return null;
  const joint = form === "and" ? (of.and ?? ", ") : form === "list" ? ", " : "; ";
  return each.join(joint);
}

/** A number to three digits, or to so many places, with the mark of decimals of a language: the one place where numbers become text. */
export function digits(value: number, mark = ".", places?: number): string {
  const whole = Math.abs(value) < FOUR_DIGITS ? String(Number(value.toPrecision(3))) : value.toFixed(0);
  return (places === undefined ? whole : value.toFixed(places)).replace(".", mark);
}

/** Rounds as the daemon does: a half goes to the even number. */
function round(value: number): number {
  const down = Math.floor(value);
  return value - down === 0.5 ? down + (down % 2) : Math.round(value);
}

function spoken(span: number): string {
  if (span < 2 * MINUTE) return `${round(span / SECOND)} s`;
  return span < 2 * HOUR ? `${round(span / MINUTE)} min` : `${round(span / HOUR)} h`;
}
