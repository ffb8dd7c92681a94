// The buttons of the head: as many as there is room for stand in it, the others behind Menu.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { test } from "./attention";
import { showLegend } from "./legend";
import { showLimits } from "./limits";
import { Person } from "./lock";
import { showLog } from "./log";
import { SessionsButton } from "./sessions";
import { StationButton } from "./station";
import { SuiteButton } from "./suite";
import { another, wish } from "./theme";
import { anotherVolume, leastVolume, volume } from "./volume";
import { language, t } from "./words";

const percent = (share: number) => Math.round(share * 100);

/** In the order of need: the first ones are the last to go behind Menu. */
const BUTTONS: [string, () => ComponentChildren][] = [
  ["suite", SuiteButton],
  ["person", Person],
  ["station", StationButton],
  ["limits", () => <button onClick={() => (showLimits.value = !showLimits.value)}>{t("top.limits")}</button>],
  ["log", () => <button onClick={() => (showLog.value = !showLog.value)}>{t("top.log")}</button>],
  ["legend", () => <button onClick={() => (showLegend.value = !showLegend.value)}>{t("top.legend")}</button>],
  ["sessions", SessionsButton],
  ["volume", Volume],
  ["test", () => <button onClick={test}>{t("top.test_sound")}</button>],
  ["theme", Theme],
];
const ALL = BUTTONS.length;

/** What a row keeps free for Menu, in CSS pixels: `min-width` of `.head-buttons` in style.css says the same. */
const MENU = 84;

const open = signal(false);

export function HeadButtons() {
  const row = useRef<HTMLDivElement>(null);
  const widths = useRef(new Map<string, number>());
  const [fitting, setFitting] = useState(ALL);
  const measure = () => {
    for (const node of row.current!.querySelectorAll<HTMLElement>("[data-head]")) widths.current.set(node.dataset.head!, node.offsetWidth);
    setFitting(fits(row.current!, widths.current));
  };
  useLayoutEffect(() => {
    measure();
    const resizing = new ResizeObserver(measure);
    for (const node of [row.current!, ...row.current!.querySelectorAll("[data-head]")]) resizing.observe(node);
    return () => resizing.disconnect();
  }, [fitting]);
  // Other words have other widths: all of them are looked at again.
  useLayoutEffect(() => setFitting(ALL), [language.value]);
  const inSight = BUTTONS.slice(0, fitting);
  const [person, others] = [inSight.filter(([name]) => name === "person"), inSight.filter(([name]) => name !== "person")];
  return (
    <div class="head-buttons" ref={row}>
      {others.map(shown)}
      {fitting < ALL && (
        <div class="menu" onKeyDown={(event) => event.key === "Escape" && (open.value = false)}>
          <button aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
            {t("top.menu")}
          </button>
          {open.value && <div onClick={() => (open.value = false)}>{BUTTONS.slice(fitting).map(([name, Each]) => <Each key={name} />)}</div>}
        </div>
      )}
      {person.map(shown)}
    </div>
  );
}

const shown = ([name, Each]: (typeof BUTTONS)[number]) => (
  <span key={name} data-head={name}>
    <Each />
  </span>
);

/** How many have room, in the order of need. */
function fits(row: HTMLElement, widths: ReadonlyMap<string, number>): number {
  const gap = parseFloat(getComputedStyle(row).columnGap) || 0;
  const needs = BUTTONS.map(([name]) => widths.get(name) ?? 0).map((width) => (width ? width + gap : 0));
  const within = (count: number) => {
    let needed = count < ALL ? MENU : -gap;
    for (const need of needs.slice(0, count)) needed += need;
    return needed <= row.clientWidth;
  };
  let most = ALL;
  while (most > 0 && !within(most)) most -= 1;
  return most;
}

function Volume() {
  return (
    <button onClick={anotherVolume} title={t("volume.title", { least: percent(leastVolume.value) })}>
      {t("volume.button", { volume: percent(volume.value) })}
    </button>
  );
}

function Theme() {
  return (
    <button onClick={another} title={t("top.theme_title")}>
      {t(`theme.${wish.value}`)}
    </button>
  );
}
