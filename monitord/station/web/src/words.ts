// The page's own words: a catalogue a language, by key. English comes with the page, every other one is loaded apart.
import { computed, effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { read } from "./fetch_json";
import { digits } from "./sentence_text";
import { leastVolume } from "./volume";
import type { Page } from "./types";
import english from "./words_en.json";

export type Word = keyof typeof english;
type Catalogue = Partial<Record<Word, string>>;
export type Language = "en" | "de";

export const LANGUAGES: Language[] = ["en", "de"];
const OTHERS: Record<Exclude<Language, "en">, () => Promise<{ default: Catalogue }>> = {
  de: () => import("./words_de.json"),
};

/** Longer nobody waits for words. */
const ASK_MS = 3000;
const KEEP = "monitord language";
const known = (name: string | null): name is Language => LANGUAGES.includes(name as Language);

const kept = localStorage.getItem(KEEP);
/** What was chosen at this screen; null while it goes with the suite. */
const chosen = signal<Language | null>(known(kept) ? kept : null);
/** The language in which the daemon writes its texts. */
export const suiteLanguage = signal("en");
const wished = computed<Language>(() => chosen.value ?? (known(suiteLanguage.value) ? suiteLanguage.value : "en"));

const present = signal<{ language: Language; words: Catalogue }>({ language: "en", words: english });
/** The language that the page speaks at this moment: another one only once its words are there. */
export const language = computed(() => present.value.language);

/** The next language in turn, kept on this screen. */
export function anotherLanguage(): void {
  chosen.value = LANGUAGES[(LANGUAGES.indexOf(wished.value) + 1) % LANGUAGES.length]!;
  localStorage.setItem(KEEP, chosen.value);
}

async function speak(wanted: Language): Promise<void> {
  const words = wanted === "en" ? english : (await OTHERS[wanted]().catch(() => null))?.default;
  // What cannot be fetched is said in English, rather than not at all.
  if (words && wished.peek() === wanted) present.value = { language: wanted, words };
}

/** From here on the page follows what is wished; the answer comes once it speaks it. */
export async function start(): Promise<void> {
  const decided = await read<Page>("/api/page", ASK_MS);
  suiteLanguage.value = decided?.language ?? "en";
  leastVolume.value = (decided?.least_volume ?? 100) / 100;
  effect(() => void (document.documentElement.lang = language.value));
  await speak(wished.peek());
  effect(() => void speak(wished.value));
}

const MARK_OF_DECIMALS: Record<Language, string> = { en: ".", de: "," };

/** A number as the language of the page writes it, never with a mark between thousands; without `places` to three digits. */
export const decimal = (value: number, places?: number): string => digits(value, MARK_OF_DECIMALS[language.value], places);

/** A limit that the daemon wrote, `<=35.5`: the number in it as `decimal` writes it, and its sign as it is printed. */
export const writtenLimit = (limit: string): string =>
  limit.replace("<=", "≤").replace(">=", "≥").replace(/(\d)\.(?=\d)/g, `$1${MARK_OF_DECIMALS[language.value]}`);

const PLACE = /\{(\w+)\}/;
type Values = Record<string, string | number>;

const template = (key: Word): string => present.value.words[key] ?? english[key];

/** The words of a key, with its values in their places. */
export function t(key: Word, values: Values = {}): string {
  return rich(key, values).join("");
}

/** The same with parts of the page as values. */
export function rich<Value extends ComponentChildren>(key: Word, values: Record<string, Value>): (Value | string)[] {
  // Of a split by a group every second part is what the group found.
  return template(key)
    .split(PLACE)
    .map((part, n) => (n % 2 ? written(values[part] ?? "") : part));
}

const written = <Value>(value: Value): Value | string => (typeof value === "number" ? decimal(value) : value);

/** Of a closed list, by its code. */
export const named = (group: string, code: string): string => {
  const key = `${group}.${code}`;
  return key in english ? t(key as Word) : code.replaceAll("_", " ");
};

export const roleName = (role: string) => named("role", role);
/** What happened to an alarm. */
export const eventName = (event: string) => named("event", event);
