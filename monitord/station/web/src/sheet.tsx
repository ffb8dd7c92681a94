// The second tap: a sheet at the side that says what will be recorded, for which bed, and asks who.
import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { lastRefusal, offeredNames, remember, trouble, who } from "./send_action";
import { forget, keep, restore } from "./draft";
import type { Place } from "./draft";
import { Ask, Points } from "./fields";
import type { Field } from "./fields";
import { timeOfDay } from "./format";
import { identify, Who, withoutName } from "./identify";
import { now } from "./live";
import { nobody, session } from "./session";
import type { Bed, Point } from "./types";
import { t } from "./words";

/** Another way to what was refused: `before` makes room for it. */
interface Way {
  label: string;
  before: () => Promise<string | null>;
}

export interface Question {
  title: string;
  bed: Bed | null;
  text: string;
  done: string;
  fields?: Field[];
  /** What holds and what does not yet: with a fault in it, the reason to go on is asked for at once. */
  points?: Point[];
  override?: boolean;
  /** What else stands in the sheet, above the fields and below them. */
  more?: ComponentChildren;
  after?: ComponentChildren;
  /** What is typed is not kept over a reload: answers of a form. */
  unkept?: boolean;
  /** What may be offered where it was refused, by the key of the refusal. */
  way?: (why: string, given: Record<string, string>) => Way | null;
  /** An entry that is corrected: its time, from which minutes are counted back. */
  entered?: number;
  /** It happens now, and is not recorded with a time. */
  timeless?: boolean;
  /** What stands on the button that does it without saying who: it is recorded as nobody's. */
  nameless?: string;
  send: (given: Record<string, string>) => Promise<string | null>;
}

const asked = signal<Question | null>(null);
/** A sheet is open. */
export const asking = computed(() => asked.value !== null);
const refused = signal<string | null>(null);
const offered = signal<Way | null>(null);
const restored = signal(false);
/** Which button opened the present sheet: it opens it again after a reload. */
let opening: Place | null = null;
let place: Place | null = null;

/** A sheet that asks the daemon first is there so soon, or not at all. */
const OPENS_MS = 6000;

export function openAs(from: Place, open: () => void): void {
  opening = from;
  setTimeout(() => opening === from && (opening = null), OPENS_MS);
  open();
}
const busy = signal(false);

/** Minutes ago, for what is entered later. */
const AGO = [0, 1, 2, 5, 10, 15, 30];

export function ask(question: Question): void {
  place = question.unkept || question.bed?.bed !== opening?.bed ? null : opening;
  opening = null;
  refused.value = offered.value = null;
  restored.value = false;
  asked.value = question;
}

function when(ago: number, entered?: number): string {
  if (ago) return t(entered === undefined ? "sheet.ago" : "sheet.earlier", { minutes: ago });
  return entered === undefined ? t("sheet.now") : t("sheet.as_entered", { time: timeOfDay(entered) });
}

function close(): void {
  asked.value = null;
  if (place) forget();
}

export function Sheet() {
  const question = asked.value;
  const form = useRef<HTMLFormElement>(null);
  // Before it is painted: what is typed at once must not be emptied again.
  useLayoutEffect(() => {
    if (!question) return;
    form.current?.reset();
    if (place && form.current) restored.value = restore(place, form.current);
    const first = question.fields ? "input, select" : "[data-first]";
    form.current?.querySelector<HTMLElement>(first)?.focus();
    const escape = (event: KeyboardEvent) => event.key === "Escape" && close();
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [question]);
  if (!question) return null;

  // A score that a tap takes back is gone once the tap is over.
  const keeping = () => setTimeout(() => place && form.current && keep(place, form.current));
  const submit = async (way?: Way, nameless = false) => {
    if (busy.value || !form.current!.reportValidity()) return;
    const given: Record<string, string> = {};
    for (const [name, value] of new FormData(form.current!)) if (value !== "") given[name] = String(value);
    const { ago, ...body } = given;
    remember(body.by ?? "");
    busy.value = true;
    const unnamed = await (nameless ? withoutName(body) : identify(body));
    busy.value = false;
    // Who closed the sheet meanwhile wanted it not done.
    if (asked.peek() !== question) return;
    refused.value = unnamed;
    if (unnamed !== null) return;
    body.by ??= who.value;
    const from = question.entered ?? (ago === "0" ? undefined : now.value);
    if (ago && from !== undefined) body.happened_at = new Date(from - Number(ago) * 60000).toISOString();
    busy.value = true;
    offered.value = null;
    const why = (way && (await way.before())) ?? (await question.send({ ...body }));
    busy.value = false;
    // It was closed while its answer was on the way: what was not done is said in the head.
    if (asked.peek() !== question) {
      if (why !== null) trouble.value = { what: [question.bed?.label, question.title].filter(Boolean).join(" "), why };
      return;
    }
    refused.value = why;
    offered.value = (why !== null && lastRefusal !== null && question.way?.(lastRefusal, body)) || null;
    if (why === null) close();
  };
  /** Whoever taps the button with their name says so: it stands in the field as if it had been typed. */
  const submitAs = (name: string) => {
    (form.current!.elements.namedItem("by") as HTMLInputElement).value = name;
    void submit();
  };
  const tap = (event: Event) => {
    event.preventDefault();
    void submit();
  };

  return (
    <form ref={form} class="sheet" onSubmit={tap} onInput={keeping} onClick={keeping} aria-label={question.title}>
      <h2>
        {question.bed && <em>{question.bed.label}</em>} {question.title}
      </h2>
      {question.bed?.session && <p class="patient">{question.bed.session.pseudonym}</p>}
      <p>{question.text}</p>
      {restored.value && <p class="restored">{t("sheet.restored")}</p>}
      {question.points && <Points points={question.points} />}
      {question.more}
      {question.fields?.map((field) => (
        <Ask key={`${question.title} ${field.name}`} field={field} />
      ))}
      {question.after}
      {question.override && (refused.value || question.points?.some((point) => !point.met)) && (
        <Ask field={{ name: "override", label: t("field.override") }} />
      )}
      <Who />
      {!question.timeless && (
        <Ask
          key={`${question.title} ${question.entered}`}
          field={{ name: "ago", label: t("sheet.when"), value: "0", keep: true, choices: AGO.map((ago) => [String(ago), when(ago, question.entered)]) }}
        />
      )}
      <div class="buttons">
        {refused.value && (
          <p class="refused" role="alert">
            {refused.value}
          </p>
        )}
        {offered.value && (
          <button type="button" class="way" onClick={() => void submit(offered.value!)}>
            {offered.value.label}
          </button>
        )}
        {question.nameless && nobody.value && (
          <button type="button" class="nameless" disabled={busy.value} onClick={() => void submit(undefined, true)}>
            {question.nameless}
          </button>
        )}
        {!session.value?.people &&
          offeredNames().map((name, n) => (
            <button key={name} type="button" class="as-named" disabled={busy.value} data-first={n === 0 || undefined} onClick={() => submitAs(name)}>
              {t("sheet.done_as", { done: question.done, name })}
            </button>
          ))}
        <button type="button" onClick={close}>
          {t("sheet.cancel")}
        </button>
        <button type="submit" class="confirm" disabled={busy.value} data-first={who.value ? true : undefined}>
          {question.done}
        </button>
      </div>
    </form>
  );
}
