// One sound at a time, by priority; and whether the browser lets us sound at all.
import { computed, effect, signal } from "@preact/signals";
import { sounds } from "./format";
import { alarms, dead, deadSounding, now } from "./live";
import { burst, period } from "./sound";
import type { Priority } from "./sound";

const audio = new AudioContext();
export const locked = signal(audio.state !== "running");
export const hidden = signal(document.hidden);
/** The loss of the daemon was answered by somebody at this station. */
export const lossAnswered = signal(false);

/** A test alarm waits for its answer here. */
export const tested = signal(false);

export const wanted = computed<Priority | null>(() => {
  if (deadSounding.value) return lossAnswered.value ? null : "high";
  // What was true of the alarms when the daemon was heard last is not known now; its loss has its own sound.
  return dead.value ? null : (alarms.value.find((alarm) => sounds(alarm, now.value))?.priority ?? (tested.value ? "medium" : null));
});

let end = () => {};
let timer: ReturnType<typeof setTimeout> | undefined;

function sound(priority: Priority): void {
  end();
  clearTimeout(timer);
  if (audio.state === "running") end = burst(audio, priority, audio.currentTime + 0.02);
  played.value += 1;
  timer = setTimeout(() => wanted.value && sound(wanted.value), period(priority) * 1000);
}

/** Bursts begun since the page was opened. */
export const played = signal(0);

export function unlock(): void {
  void audio.resume();
}

/** A short burst on request: the station's sound works, or it doesn't. */
export function test(): void {
  unlock();
  burst(audio, "low", audio.currentTime + 0.05);
}

export function start(): void {
  audio.onstatechange = () => {
    locked.value = audio.state !== "running";
    if (!locked.value && wanted.value) sound(wanted.value);
  };
  // Signing in may have unlocked it before anybody listened.
  locked.value = audio.state !== "running";
  document.addEventListener("visibilitychange", () => (hidden.value = document.hidden));
  // Not when the finger comes down: the banner would go, and the button below it move away from the finger.
  for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, unlock, true);
  effect(() => {
    if (!dead.value) lossAnswered.value = false;
  });
  effect(() => {
    // A change of what is wanted interrupts: the worst sounds at once, and an answer ends the sound at once.
    const priority = wanted.value;
    end();
    clearTimeout(timer);
    if (priority) queueMicrotask(() => wanted.peek() === priority && sound(priority));
  });
}
