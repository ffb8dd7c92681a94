// What cannot be drawn says so in its place: never old numbers beside a live alarm, and never the whole page.
import { Component } from "preact";
import type { ComponentChildren } from "preact";
import { act } from "./send_action";
import { Alarms } from "./alarm_rows";
import { tapped } from "./refused";
import { named } from "./tile";
import type { Bed } from "./types";
import { t, type Word } from "./words";

interface Props {
  /** What is drawn: once it is another one, drawing is tried again. */
  of: unknown;
  instead: (why: string) => ComponentChildren;
  children: ComponentChildren;
}

interface State {
  of?: unknown;
  why: string | null;
}

/** Draws its children, or something else where that fails. */
export class Boundary extends Component<Props, State> {
  state: State = { why: null };

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.of === state.of ? null : { of: props.of, why: null };
  }

  static getDerivedStateFromError(error: unknown): Partial<State> {
    console.error(error);
    return { why: String(error) };
  }

  render({ instead, children }: Props, { why }: State) {
    return why === null ? children : instead(why);
  }
}

/** A part of the page that is no bed's. */
export function Part({ name, of, children }: { name: Word; of: unknown; children: ComponentChildren }) {
  const instead = (why: string) => (
    <div class="banner loss" role="alert">
      <p>
        <b>{t("part.broken", { part: t(name) })}</b> {t("part.look")} <small>{why}</small>
      </p>
      <button onClick={() => location.reload()}>{t("part.reload")}</button>
    </div>
  );
  return (
    <Boundary of={of} instead={instead}>
      {children}
    </Boundary>
  );
}

/** The bed keeps its place and its name. `live`: what is known of its alarms is of now, and only the drawing fails. */
export function BrokenTile({ name, bed, why, live }: { name: string; bed: Bed | undefined; why: string; live: boolean }) {
  const label = bed?.label ?? t("bed.unnamed", { bed: name });
  return (
    <article id={`bed-${name}`} class="tile high lost broken" data-bed={name} aria-label={label}>
      <header>
        <h2>{label}</h2>
        <button class="help" onClick={() => void tapped(name, name, act(name, { type: "call_help", ...named() }))}>
          {t("help")}
        </button>
      </header>
      <p class="none">{t("broken.title")}</p>
      <p>{t("broken.text")}</p>
      {bed && live && (
        <Boundary of={bed} instead={() => null}>
          <Alarms bed={bed} kind="physiological" />
          <Alarms bed={bed} kind="technical" />
          <Alarms bed={bed} kind="task" />
        </Boundary>
      )}
      <small>{why}</small>
    </article>
  );
}
