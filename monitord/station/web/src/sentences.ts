// What the daemon says, in the language of this page: of a sentence's key and values, by the daemon's own templates.
import { effect, signal } from "@preact/signals";
import { read } from "./fetch_json";
import type { Alarm, Due, Prompt, Sentence, Step } from "./types";
import { capital, rendered } from "./sentence_text";
import type { Templates } from "./sentence_text";
import { language, named, suiteLanguage, t } from "./words";
import type { Language, Word } from "./words";

/** The templates of the page's language; null where the daemon's texts are in it already. */
const templates = signal<{ language: Language; of: Templates } | null>(null);
const AGAIN_MS = 10_000;

async function fetchThem(wanted: Language): Promise<void> {
  const of = await read<Templates>(`/api/sentences/${wanted}`);
  if (language.peek() !== wanted) return;
  if (of) templates.value = { language: wanted, of };
  else setTimeout(() => void fetchThem(wanted), AGAIN_MS);
}

export function start(): void {
  effect(() => {
    if (language.value === "en" && suiteLanguage.value === "en") templates.value = null;
    else if (templates.peek()?.language !== language.value) void fetchThem(language.value);
  });
}

/** The sentences in the page's language; `text`, as the daemon wrote it, where that is not to be had. */
export function inWords(said: Sentence | Sentence[] | null | undefined, text: string): string {
  const known = templates.value;
  if (!said || !known) return text;
  const each = (Array.isArray(said) ? said : [said]).map((one) => rendered(one, known.of));
  return each.length === 0 || each.includes(null) ? text : each.join("; ");
}

/** Why it was refused, as a sentence. */
export async function refusal(answer: Response): Promise<string> {
  const said = (await answer.json().catch(() => null)) as { error?: string; why?: Sentence | null } | null;
  return said?.error ? inWords(said.why, said.error) : t("read.cut");
}

/** A word of one of the daemon's vocabularies; `text` where the daemon's own is in the page's language. */
export const word = (key: string, text: string) => templates.value?.of[key] ?? text;

export const sentence = (alarm: Alarm) => inWords(alarm.says, alarm.text) || t("alarm.untitled");
/** A few words for the strip and the tile; the value and limit that caused it are in the sentence. */
export const brief = (alarm: Alarm) => inWords(alarm.briefly, alarm.brief);
export const dueTitle = (due: Due) => inWords(due.says, due.title);
export const promptAsks = (prompt: Prompt) => inWords(prompt.says, prompt.asks);

/** What else was entered: the daemon's words in the page's language, those of staff as they wrote them. */
export function stepText(step: Step): string {
  if (!templates.value) return step.text;
  return [step.says.map((each) => inWords(each, "")).join(", "), ...step.wrote].filter(Boolean).join("; ");
}

type Labelled = { signal: string; label: string };
/** What is measured, as it stands at its number. */
export const signalLabel = (of: Labelled) => word(`label.${of.signal}`, of.label);
/** The same within a sentence. */
export const signalName = (of: Labelled) => word(`signal.${of.signal}`, of.label);
/** The same as the first word of a sentence. */
export const signalTitle = (of: Labelled) => capital(word(`signal.${of.signal}`, of.label));
/** What staff do, by the type of its action, or by the last part of the address that it is sent to. */
export const actionName = (type: string) => word(`action.${type}`, named("action", type));
export const qualityName = (quality: string) => word(`quality.${quality}`, quality.replaceAll("_", " "));

/** Why a patient is away: one of the reasons that are offered, or what staff wrote. */
export function reasonName(reason: string): string {
  const key = `away.${reason.replaceAll(" ", "_")}`;
  return AWAY.includes(key as Word) ? t(key as Word) : reason;
}
const AWAY: Word[] = ["away.toilet", "away.walk", "away.other_room"];

/** Why a signal was not watched: a quality, a cause of the ledger, or what staff wrote. */
export function causeName(cause: string): string {
  const key = `cause.${cause.replaceAll(" ", "_")}`;
  return CAUSES.includes(key as Word) ? t(key as Word) : qualityName(cause);
}

const CAUSES: Word[] = ["cause.no_reading", "cause.no_value", "cause.many_changes"];
const ITEM = /^item_(\d+)$/;

/** An item of a form whose text may not be copied. */
export const itemName = (name: string) =>
  ITEM.test(name) ? t("form.item", { number: ITEM.exec(name)![1]! }) : name.replaceAll("_", " ");
