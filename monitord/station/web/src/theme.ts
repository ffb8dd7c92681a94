// Bright or dark, by hand or by the hour; and the colours and flash rates of alarms, from one table.
import { effect, signal } from "@preact/signals";
import { SIGNALS } from "./signals";

export type Wish = "dark" | "bright" | "hour";
export type Theme = "dark" | "bright";

const KEEP = "monitord theme";
const WISHES: Wish[] = ["dark", "bright", "hour"];
/** The hours of the day, by this screen's clock, in which it is bright where the hour decides. */
const BRIGHT_FROM = 7;
const BRIGHT_UNTIL = 19;
const LOOK_MS = 60_000;

const kept = localStorage.getItem(KEEP) as Wish | null;
export const wish = signal<Wish>(kept && WISHES.includes(kept) ? kept : "dark");
const hour = signal(new Date().getHours());

const theme = (): Theme => {
  if (wish.value !== "hour") return wish.value;
  return hour.value >= BRIGHT_FROM && hour.value < BRIGHT_UNTIL ? "bright" : "dark";
};

/** The next wish in turn, kept on this screen. */
export function another(): void {
  wish.value = WISHES[(WISHES.indexOf(wish.value) + 1) % WISHES.length]!;
  localStorage.setItem(KEEP, wish.value);
}

function paint(chosen: Theme): void {
  const root = document.documentElement;
  root.dataset.theme = chosen;
  const { tile, ...priorities } = SIGNALS.themes[chosen];
  root.style.setProperty("--panel", tile);
  for (const [priority, colours] of Object.entries(priorities))
    for (const [name, colour] of Object.entries(colours)) root.style.setProperty(`--${priority}-${name.replace("_", "-")}`, colour);
  for (const [priority, width] of Object.entries(SIGNALS.frame_px)) root.style.setProperty(`--${priority}-frame-width`, `${width}px`);
  for (const [priority, { hz }] of Object.entries(SIGNALS.flash))
    if (hz) root.style.setProperty(`--${priority}-period`, `${1 / hz}s`);
}

/** The priorities of which something flashes. */
const flashing = new Set<string>();

function flashesOf(priority: string): Animation[] {
  return document.getAnimations().filter((one) => one instanceof CSSAnimation && one.animationName.startsWith(`flash-${priority}-`));
}

/**
 * Lit or unlit, all of one priority together, for as long as something of it flashes. The animations stand still at the one or
 * the other: the browser would draw the page anew sixty times a second for one that runs, and it changes twice in its period.
 */
function turn(priority: string, hz: number, duty: number): void {
  const own = flashesOf(priority);
  if (!own.length) {
    flashing.delete(priority);
    return;
  }
  const period = 1000 / hz;
  const lasts = period * duty;
  const at = performance.now() % period;
  const lit = at < lasts;
  for (const one of own) one.currentTime = lit ? 0 : lasts + 1;
  setTimeout(() => turn(priority, hz, duty), (lit ? lasts : period) - at + 1);
}

function begin(event: AnimationEvent): void {
  for (const [priority, { hz, duty }] of Object.entries(SIGNALS.flash))
    if (hz && event.animationName.startsWith(`flash-${priority}-`) && !flashing.has(priority)) {
      flashing.add(priority);
      turn(priority, hz, duty);
    }
}

export function start(): void {
  effect(() => paint(theme()));
  setInterval(() => (hour.value = new Date().getHours()), LOOK_MS);
  document.addEventListener("animationstart", begin);
}
