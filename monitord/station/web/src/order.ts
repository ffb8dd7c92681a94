// In which order chairs stand below one another; it never changes under a finger.
import { signal } from "@preact/signals";
import { broken, tiles, unmonitored } from "./live";

/** Nobody touched the page for so long: the chairs may change places. */
const REST_MS = 3000;
/** A tap so soon after that was meant for what stood there before. */
const BLIND_MS = 700;

const touched = signal(false);
let resting: ReturnType<typeof setTimeout> | undefined;
let known: string[] = [];
let movedAt = -Infinity;

/** The most urgent chair first, of equals that with the newest change. */
function byUrgency(beds: string[]): string[] {
  const first = (bed: string) => tiles.value.get(bed)?.alarms?.[0];
  const lost = (bed: string) => unmonitored.value.has(bed) || broken.value.has(bed);
  const urgency = (bed: string) => (lost(bed) ? 1000 : (first(bed)?.urgency ?? 0));
  return beds.toSorted((a, b) => urgency(b) - urgency(a) || (first(b)?.news ?? 0) - (first(a)?.news ?? 0));
}

export function ordered(beds: string[]): string[] {
  const wanted = byUrgency(beds);
  const same = known.length === beds.length && beds.every((bed) => known.includes(bed));
  if (same && touched.value) return known;
  if (same && wanted.join("\n") !== known.join("\n")) movedAt = performance.now();
  known = wanted;
  return known;
}

function touch(): void {
  touched.value = true;
  clearTimeout(resting);
  resting = setTimeout(() => (touched.value = false), REST_MS);
}

export function start(): void {
  for (const sign of ["pointerdown", "touchmove", "scroll"]) document.addEventListener(sign, touch, { capture: true, passive: true });
  document.addEventListener(
    "click",
    (event) => {
      if (performance.now() - movedAt >= BLIND_MS || !(event.target as Element).closest(".list .tile")) return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );
}
