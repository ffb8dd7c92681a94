// The second tap: a sheet at the side that says what will be recorded, for which bed, and asks who.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { remember, who } from "./act";
import { now } from "./live";
import { identify, Who } from "./lock";
import type { Bed } from "./types";

export interface Field {
  name: string;
  label: string;
  options?: [string, string][];
  /** Buttons from 0 to this number. */
  scale?: number;
  secret?: boolean;
}

interface Question {
  title: string;
  bed: Bed | null;
  text: string;
  done: string;
  fields?: Field[];
  override?: boolean;
  /** It happens now, and is not recorded with a time. */
  timeless?: boolean;
  send: (given: Record<string, string>) => Promise<string | null>;
}

const asked = signal<Question | null>(null);
const refused = signal<string | null>(null);
const busy = signal(false);

/** Minutes ago, for what is entered later. */
const AGO = [0, 1, 2, 5, 10, 15, 30];

export function ask(question: Question): void {
  refused.value = null;
  asked.value = question;
}

const close = () => (asked.value = null);

export function Sheet() {
  const question = asked.value;
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!question) return;
    form.current?.reset();
    const first = question.fields ? "input, select" : "[data-first]";
    form.current?.querySelector<HTMLElement>(first)?.focus();
    const escape = (event: KeyboardEvent) => event.key === "Escape" && close();
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [question]);
  if (!question) return null;

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy.value) return;
    const given: Record<string, string> = {};
    for (const [name, value] of new FormData(form.current!)) if (value !== "") given[name] = String(value);
    const { ago, ...body } = given;
    remember(body.by ?? "");
    busy.value = true;
    refused.value = await identify(body);
    busy.value = false;
    if (refused.value !== null) return;
    body.by ??= who.value;
    if (ago && ago !== "0") body.happened_at = new Date(now.value - Number(ago) * 60000).toISOString();
    busy.value = true;
    refused.value = await question.send(body);
    busy.value = false;
    if (refused.value === null) close();
  };

  return (
    <form ref={form} class="sheet" onSubmit={(event) => void submit(event)} aria-label={question.title}>
      <h2>
        {question.bed && <em>{question.bed.label}</em>} {question.title}
      </h2>
      {question.bed?.session && <p class="patient">{question.bed.session.pseudonym}</p>}
      <p>{question.text}</p>
      {question.fields?.map((field) => (
        <Ask key={field.name} field={field} />
      ))}
      {question.override && refused.value && <Ask field={{ name: "override", label: "Reason to go on all the same" }} />}
      <Who />
      {!question.timeless && (
        <label>
          When
          <select name="ago">
            {AGO.map((minutes) => (
              <option key={minutes} value={minutes}>
                {minutes ? `${minutes} min ago` : "now"}
              </option>
            ))}
          </select>
        </label>
      )}
      {refused.value && (
        <p class="refused" role="alert">
          {refused.value}
        </p>
      )}
      <div class="buttons">
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class="confirm" disabled={busy.value} data-first={who.value ? true : undefined}>
          {question.done}
        </button>
      </div>
    </form>
  );
}

const Entry = ({ field }: { field: Field }) =>
  field.secret ? (
    <input name={field.name} type="password" maxLength={128} autocomplete="off" />
  ) : (
    <input name={field.name} maxLength={80} autocomplete="off" />
  );

function Ask({ field }: { field: Field }) {
  if (field.scale !== undefined)
    return (
      <fieldset>
        <legend>{field.label}</legend>
        {Array.from({ length: field.scale + 1 }, (_, n) => (
          <label key={n} class="score">
            <input type="radio" name={field.name} value={n} />
            <span>{n}</span>
          </label>
        ))}
      </fieldset>
    );
  return (
    <label>
      {field.label}
      {field.options ? (
        <select name={field.name}>
          {field.options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <Entry field={field} />
      )}
    </label>
  );
}
