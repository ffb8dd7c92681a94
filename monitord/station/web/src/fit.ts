// A tile that has more to say than room shrinks what is quiet, step by step, never what alarms; what room is left then makes letters larger.
import { useLayoutEffect, useRef } from "preact/hooks";
import { room } from "./chair_layout";

/** How many steps there are: see the rules `[data-fit~=...]` in wall.css. */
const STEPS = 10;
const LOOK_MS = 1000;
/** How much larger alarms and numbers may become in a full tile that has room left, the largest first. */
const GROWTH = [1.6, 1.45, 1.3, 1.2, 1.1];
/** Before this step all has the size that it has in a quiet tile. */
const GROWS_FROM = 3;

const spills = (node: HTMLElement) =>
  node.scrollHeight > node.clientHeight + 1 ||
  [...node.querySelectorAll<HTMLElement>("[data-whole], .vitals, .alarm p")].some((part) => part.scrollWidth > part.clientWidth + 1);

function set(node: HTMLElement, steps: number): void {
  const wanted = Array.from({ length: steps }, (_, n) => n + 1).join(" ");
  if ((node.dataset.fit ?? "") !== wanted) node.dataset.fit = wanted;
}

const steps = (node: HTMLElement) => (node.dataset.fit ? node.dataset.fit.split(" ").length : 0);

const LARGER = ["--grow", "--grow-numbers"] as const;

function grow(node: HTMLElement, what: (typeof LARGER)[number], by: number): void {
  const wanted = by === 1 ? "" : String(by);
  if (node.style.getPropertyValue(what) !== wanted) node.style.setProperty(what, wanted);
}

/** In how many rows the numbers stand. */
const rows = (node: HTMLElement) => new Set([...node.querySelectorAll<HTMLElement>(".vital")].map((vital) => vital.offsetTop)).size;

/** As few steps as make all of it fit, from `from` on; then as large as there is room. */
function fit(node: HTMLElement, from: number): void {
  for (const what of LARGER) grow(node, what, 1);
  if (room.peek().mode === "list") return set(node, 0);
  let taken = from;
  set(node, taken);
  while (taken < STEPS && spills(node)) set(node, (taken += 1));
  if (taken < GROWS_FROM || taken === STEPS) return;
  // The numbers stay in as many rows as they were.
  const before = rows(node);
  for (const what of LARGER) {
    const most = GROWTH.find((by) => {
      grow(node, what, by);
      return rows(node) === before && !spills(node);
    });
    grow(node, what, most ?? 1);
  }
}

/** Fits the tile anew when its `shape` changes; between that only makes more room. */
export function useFit(shape: string) {
  const tile = useRef<HTMLElement>(null);
  useLayoutEffect(() => fit(tile.current!, 0), [shape, room.value]);
  useLayoutEffect(() => {
    const node = tile.current!;
    const resizing = new ResizeObserver(() => fit(node, 0));
    resizing.observe(node);
    const looking = setInterval(() => room.peek().mode === "wall" && spills(node) && fit(node, steps(node)), LOOK_MS);
    return () => {
      resizing.disconnect();
      clearInterval(looking);
    };
  }, []);
  return tile;
}
