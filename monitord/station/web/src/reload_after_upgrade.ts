// After an upgrade an open page is older than the daemon: it reloads itself at a quiet moment, once, and says so.
import { computed, effect, signal } from "@preact/signals";
import { sending } from "./send_action";
import { wanted } from "./attention";
import { dead, hello } from "./live";
import { asking } from "./sheet";

declare const BUILD: string;

const KEPT = "monitord-renewed";
const LOOK_MS = 1000;
/** Nobody pressed anything for so long. */
const REST_MS = 5000;
/** A sound is waited for so long; a page that does not understand what it is told is worse. */
const SOUND_MS = 60_000;

interface Renewed {
  build: string;
  at: number;
}

function renewed(): Renewed | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Renewed | null;
  } catch {
    return null;
  }
}

/** The daemon was upgraded since this page was opened. */
export const older = computed(() => Boolean(hello.value.build) && hello.value.build !== BUILD);
/** It reloaded for this build already, and got the same page again. */
export const stuck = computed(() => older.value && renewed()?.build === hello.value.build);
/** When this page replaced an older one; until somebody has read it. */
export const replaced = signal<number | null>(null);

let pressedAt = -Infinity;
let olderSince = Infinity;

function typing(): boolean {
  const field = document.activeElement;
  return field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement;
}

function quiet(): boolean {
  const now = performance.now();
  const sounds = wanted.value !== null && now - olderSince < SOUND_MS;
  return !dead.value && !asking.value && sending.value === 0 && !typing() && !sounds && now - pressedAt >= REST_MS;
}

export async function renew(): Promise<void> {
  // A daemon that has just gone again would leave a browser's own page of errors.
  const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(3000) }).catch(() => null);
  if (!answer?.ok) return;
  sessionStorage.setItem(KEPT, JSON.stringify({ build: hello.value.build, at: Date.now() }));
  location.reload();
}

export function start(): void {
  const before = renewed();
  for (const sign of ["pointerdown", "keydown"])
    document.addEventListener(sign, () => (pressedAt = performance.now()), true);
  effect(() => {
    olderSince = older.value ? performance.now() : Infinity;
  });
  effect(() => {
    if (!before || hello.value.build !== before.build || older.value) return;
    sessionStorage.removeItem(KEPT);
    replaced.value = before.at;
  });
  setInterval(() => {
    if (older.value && !stuck.value && quiet()) void renew();
  }, LOOK_MS);
}
