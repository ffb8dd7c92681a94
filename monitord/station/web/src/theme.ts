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

/** All of one priority flash together, whenever each began. */
function inStep(event: AnimationEvent): void {
  if (!event.animationName.startsWith("flash")) return;
  for (const animation of (event.target as Element).getAnimations()) animation.startTime = 0;
}

export function start(): void {
  effect(() => paint(theme()));
  setInterval(() => (hour.value = new Date().getHours()), LOOK_MS);
  document.addEventListener("animationstart", inStep);
}
