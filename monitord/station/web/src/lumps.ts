// Whether what the daemon says comes at once, or is held back on its way and comes in lumps.
import { computed, signal } from "@preact/signals";

/** So much later than the quickest of its stream, a heartbeat was held back; they come one a second. */
const LATE_MS = 1500;
/** A stream that spoke and fell silent was held back, too, where the next one speaks at once. */
const SILENT_STREAMS = 4;
const LUMPS = 2;
const WITHIN_MS = 60_000;

let quickest = Infinity;
let late = false;
let spoke = false;

interface Seen {
  at: number;
  ms: number;
}
const lumps = signal<Seen[]>([]);
const silent = signal<Seen[]>([]);

const lately = (seen: Seen[], at: number) => seen.filter((each) => each.at > at - WITHIN_MS);

/** How late what comes is, in milliseconds; null while it comes at once. */
export const heldBack = computed(() => {
  if (lumps.value.length < LUMPS && silent.value.length < SILENT_STREAMS) return null;
  return Math.max(...[...lumps.value, ...silent.value].map((each) => each.ms));
});

/** Another stream begins; `quiet` is for how long the one before said nothing. */
export function opened(at: number, quiet: number): void {
  if (spoke) silent.value = [...silent.value, { at, ms: quiet }];
  quickest = Infinity;
  late = spoke = false;
}

/** A heartbeat of the daemon's time `sent` came at the page's time `at`; the two clocks have nothing in common. */
export function beat(sent: number, at: number): void {
  spoke = true;
  quickest = Math.min(quickest, at - sent);
  const ms = at - sent - quickest;
  if (ms >= LATE_MS && !late) lumps.value = [...lumps.value, { at, ms }];
  late = ms >= LATE_MS;
}

/** What is a minute old says nothing of now. */
export function look(at: number): void {
  for (const seen of [lumps, silent]) {
    const kept = lately(seen.value, at);
    if (kept.length < seen.value.length) seen.value = kept;
  }
}
