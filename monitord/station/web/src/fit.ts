// A tile that has more to say than room shrinks what is quiet, step by step; never what alarms.
import { useLayoutEffect, useRef } from "preact/hooks";
import { room } from "./chair_layout";

/** How many steps there are: see the rules `[data-fit~=...]` in tile.css. */
const STEPS = 8;
const LOOK_MS = 1000;

const spills = (node: HTMLElement) =>
  node.scrollHeight > node.clientHeight + 1 ||
  [...node.querySelectorAll<HTMLElement>("[data-whole], .vitals, .alarm p")].some((part) => part.scrollWidth > part.clientWidth + 1);

function set(node: HTMLElement, steps: number): void {
  const wanted = Array.from({ length: steps }, (_, n) => n + 1).join(" ");
  if ((node.dataset.fit ?? "") !== wanted) node.dataset.fit = wanted;
}

const steps = (node: HTMLElement) => (node.dataset.fit ? node.dataset.fit.split(" ").length : 0);

/** As few steps as make all of it fit, from `from` on. */
function fit(node: HTMLElement, from: number): void {
  if (room.peek().mode === "list") return set(node, 0);
  let taken = from;
  set(node, taken);
  while (taken < STEPS && spills(node)) set(node, (taken += 1));
}

/** Fits the tile anew when its `shape` changes; between that only makes more room. */
export function useFit(shape: string) {
  const tile = useRef<HTMLElement>(null);
  useLayoutEffect(() => fit(tile.current!, 0), [shape, room.value]);
  useLayoutEffect(() => {
    const node = tile.current!;
    const resizing = new ResizeObserver(() => fit(node, 0));
    resizing.observe(node);
    const looking = setInterval(() => fit(node, steps(node)), LOOK_MS);
    return () => {
      resizing.disconnect();
      clearInterval(looking);
    };
  }, []);
  return tile;
}
