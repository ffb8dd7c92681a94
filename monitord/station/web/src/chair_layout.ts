// Where the chairs stand: all of them at once where there is room, else one below the other with the worst first.
import { signal } from "@preact/signals";

export interface Room {
  /** On a wall every chair keeps its place and nothing scrolls; a list is in the order of urgency. */
  mode: "wall" | "list";
  columns: number;
  rows: number;
}

/** The smallest tile that shows four alarms, in CSS pixels; and the one that shows all it has. */
const LEAST = { width: 300, height: 225 };
const GOOD = { width: 480, height: 330 };
const LIST_WIDTH = 440;
const GAP = 8;
/** Below this the suite's notice stands below the chairs instead of in the head. */
const NARROW = 1180;
/** Above these shares of the height the head says only which chairs alarm, then says it in the shortest way (a test allows a fifth). */
export const HEAD_SHARES = [0.15, 0.18] as const;

export const room = signal<Room>({ mode: "wall", columns: 1, rows: 1 });
export const narrow = signal(innerWidth < NARROW);

/** The grid in which the tiles are largest; a list where they would be too small. */
export function plan(beds: number, width: number, height: number): Room {
  let best: Room | null = null;
  let most = 0;
  for (let columns = 1; columns <= beds; columns += 1) {
    const rows = Math.ceil(beds / columns);
    const wide = (width - GAP * (columns + 1)) / columns;
    const high = (height - GAP * (rows + 1)) / rows;
    if (wide < LEAST.width || high < LEAST.height) continue;
    const score = Math.min(wide / GOOD.width, high / GOOD.height);
    if (score > most) [best, most] = [{ mode: "wall", columns, rows }, score];
  }
  return best ?? { mode: "list", columns: Math.max(1, Math.floor(width / LIST_WIDTH)), rows: 0 };
}

/** Plans again for what is left between head and foot. */
export function arrange(beds: number, head: number, foot: number): void {
  narrow.value = innerWidth < NARROW;
  const found = plan(Math.max(1, beds), innerWidth, innerHeight - head - foot);
  const known = room.value;
  if (found.mode !== known.mode || found.columns !== known.columns || found.rows !== known.rows) room.value = found;
}
