// How loud this screen sounds: never below what the suite allows, and louder the longer nobody answers.
import { computed, signal } from "@preact/signals";

const KEEP = "monitord volume";
const STEP = 0.1;

/** Of full volume, as the suite file says; whole until it is known. */
export const leastVolume = signal(1);
const kept = Number(localStorage.getItem(KEEP) ?? 1);
const wished = signal(Number.isFinite(kept) ? kept : 1);

/** What was chosen at this screen, as far as the suite allows it. */
export const volume = computed(() => Math.min(1, Math.max(leastVolume.value, wished.value)));

/** A step lower, and at the least back to the whole. */
export function anotherVolume(): void {
  const lower = Math.round((volume.value - STEP) * 10) / 10;
  wished.value = volume.value <= leastVolume.value + 0.001 ? 1 : Math.max(leastVolume.value, lower);
  localStorage.setItem(KEEP, String(wished.value));
}
