// What a sheet asks, made for thumbs: choices are buttons, and only words are typed.
import type { ComponentChildren } from "preact";
import { inWords } from "./sentences";
import type { Point } from "./types";
import { t } from "./words";

export interface Field {
  name: string;
  label: string;
  options?: [string, string][];
  /** One tap instead of a list. */
  choices?: [string, string][];
  /** Buttons from 0 to this number. */
  scale?: number;
  secret?: boolean;
  /** A measured value, typed. */
  number?: boolean;
  value?: string;
  required?: boolean;
  /** One of the choices always holds. */
  keep?: boolean;
  /** The schedule waits for it. */
  due?: boolean;
  /** What helps to fill it in. */
  beside?: ComponentChildren;
}

export function Ask({ field }: { field: Field }) {
  const choices =
    field.choices ??
    (field.scale === undefined
      ? undefined
      : Array.from({ length: field.scale + 1 }, (_, n): [string, string] => [String(n), String(n)]));
  if (choices) return <Choices field={field} choices={choices} />;
  const typed = (
    <label class={field.number ? "number" : ""}>
      {field.due && <b class="due-now">{t("field.due_now")}</b>} {field.label}
      {field.options ? (
        <select name={field.name} defaultValue={field.value}>
          {field.options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        <Typed field={field} />
      )}
    </label>
  );
  if (!field.beside) return typed;
  return (
    <div class="with-help">
      {typed}
      {field.beside}
    </div>
  );
}

function Typed({ field }: { field: Field }) {
  const { name, value, required } = field;
  if (field.secret) return <input name={name} type="password" maxLength={128} autocomplete="off" />;
  const digits = field.number && { inputMode: "decimal" as const, pattern: "[0-9]+([.,][0-9]+)?" };
  return <input name={name} {...digits} defaultValue={value} required={required} maxLength={80} autocomplete="off" />;
}

// A second tap takes a choice back: what was not looked at is left out.
let checkedBefore = false;
const keep = (event: Event) => {
  const input = (event.currentTarget as HTMLElement).querySelector("input");
  checkedBefore = Boolean(input?.checked && !input.required);
};
const takeBack = (event: Event) => {
  if (checkedBefore) (event.currentTarget as HTMLInputElement).checked = false;
  checkedBefore = false;
};

function Choices({ field, choices }: { field: Field; choices: [string, string][] }) {
  return (
    <fieldset>
      <legend>
        {field.due && <b class="due-now">{t("field.due_now")}</b>} {field.label}
      </legend>
      {choices.map(([value, text]) => (
        <label key={value} class="score" onPointerDown={field.keep ? undefined : keep}>
          <input
            type="radio"
            onClick={takeBack}
            name={field.name}
            value={value}
            required={field.required}
            defaultChecked={value === field.value}
          />
          <span>{text}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The points of a list: what holds, what does not, and who answered. */
export function Points({ points }: { points: Point[] }) {
  return (
    <ul class="points">
      {points.map((point) => (
        <li key={point.name} class={point.met ? "met" : "unmet"}>
          <b>{t(point.met ? "points.holds" : "points.not_yet")}</b>
          <span>{inWords(point.why, point.says)}</span>
        </li>
      ))}
    </ul>
  );
}
