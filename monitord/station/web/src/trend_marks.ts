// What stands in a trend besides its lines: phases, gaps, pressures, alarms and entries.
import uPlot from "uplot";
import { lines, tiles } from "./live";
import type { Line, Step, Trend } from "./types";

const SHADES = ["#1a2633", "#24364a"];
const WORDS = "#a3b4c4";
const GAP = "#4d565e";
const CUFF = "#e3e9ef";
const ENTRY = "#d8c7f2";
export const ALARM: Record<Line["priority"], string> = { high: "#ff5964", medium: "#ffd21f", low: "#35d6e6" };
/** Shorter ones are between two readings. */
const GAP_MS = 12_000;

type X = (ms: number) => number;

function xOf(plot: uPlot): X {
  const { bbox } = plot;
  return (ms) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(ms / 1000, "x", true)));
}

/** Behind the lines: each phase's ground and name, and where no reading spoke. */
export function ground(plot: uPlot, trend: Trend, whole: boolean): void {
  const { ctx, bbox } = plot;
  const x = xOf(plot);
  ctx.save();
  ctx.font = `${(whole ? 15 : 13) * devicePixelRatio}px system-ui, sans-serif`;
  trend.phases.forEach((phase, n) => {
    const left = x(phase.at);
    const next = trend.phases[n + 1];
    const right = next ? x(next.at) : bbox.left + bbox.width;
    if (right <= left || phase.name === null) return;
    ctx.fillStyle = SHADES[n % 2]!;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
  });
  if (whole)
    for (const [from, to] of gaps(trend)) {
      ctx.fillStyle = GAP;
      ctx.fillRect(x(from), bbox.top, Math.max(1, x(to) - x(from)), bbox.height);
    }
  trend.phases.forEach((phase, n) => {
    const left = x(phase.at);
    const next = trend.phases[n + 1];
    const right = next ? x(next.at) : bbox.left + bbox.width;
    ctx.fillStyle = WORDS;
    if (phase.name !== null && right - left > ctx.measureText(phase.title).width + 8)
      ctx.fillText(phase.title, left + 4, bbox.top + bbox.height - 7 * devicePixelRatio);
  });
  ctx.restore();
}

/** Spans in which SpO2 was unknown although a session, or a probe, was there. */
export function gaps(trend: Trend): [number, number][] {
  const found: [number, number][] = [];
  let from: number | null = null;
  trend.at.forEach((at, n) => {
    const known = trend.spo2[n] != null;
    if (!known) from ??= at;
    const over = known || n === trend.at.length - 1;
    if (over && from !== null && at - from >= GAP_MS) found.push([from, at]);
    if (known) from = null;
  });
  return found;
}

/** What was told of a bed, from its begin; one mark an alarm. */
const begun = (bed: string) => lines.value.filter((line) => line.bed === bed && line.event === "start");

/** What staff entered that still counts. */
const entered = (bed: string): Step[] =>
  (tiles.value.get(bed)?.session?.steps ?? []).filter((step) => !step.voided && step.type !== "void");

/** What is marked in a trend besides its lines. */
export interface Marked {
  alarms: { at: number; priority: Line["priority"] }[];
  entries: number[];
}

/** Of a bed, as this page knows it. */
export const markedAt = (bed: string): Marked => ({
  alarms: begun(bed).map((line) => ({ at: Date.parse(line.at), priority: line.priority })),
  entries: entered(bed).map((step) => step.at),
});

/** Before the lines: cuff pressures as bars from systolic to diastolic with a tick at the mean, alarms above, entries below. */
export function marks(plot: uPlot, trend: Trend, marked: Marked): void {
  const { ctx, bbox } = plot;
  const x = xOf(plot);
  const px = devicePixelRatio;
  const inside = (ms: number) => ms / 1000 >= plot.scales.x!.min! && ms / 1000 <= plot.scales.x!.max!;
  ctx.save();
  for (const cuff of trend.pressures.filter((each) => inside(each.at))) {
    const top = plot.valToPos(cuff.sys, "rate", true);
    const bottom = cuff.dia === null ? top : plot.valToPos(cuff.dia, "rate", true);
    ctx.strokeStyle = CUFF;
    ctx.lineWidth = 2 * px;
    ctx.beginPath();
    ctx.moveTo(x(cuff.at) - 4 * px, top);
    ctx.lineTo(x(cuff.at) + 4 * px, top);
    ctx.moveTo(x(cuff.at), top);
    ctx.lineTo(x(cuff.at), bottom);
    ctx.moveTo(x(cuff.at) - 4 * px, bottom);
    ctx.lineTo(x(cuff.at) + 4 * px, bottom);
    ctx.stroke();
    if (cuff.mean === null) continue;
    const mean = plot.valToPos(cuff.mean, "rate", true);
    ctx.beginPath();
    ctx.moveTo(x(cuff.at) - 7 * px, mean);
    ctx.lineTo(x(cuff.at) + 7 * px, mean);
    ctx.stroke();
  }
  for (const alarm of marked.alarms.filter((each) => inside(each.at))) {
    const at = x(alarm.at);
    ctx.fillStyle = ALARM[alarm.priority];
    ctx.beginPath();
    ctx.moveTo(at - 6 * px, bbox.top);
    ctx.lineTo(at + 6 * px, bbox.top);
    ctx.lineTo(at, bbox.top + 12 * px);
    ctx.fill();
    ctx.fillRect(at - px / 2, bbox.top, px, bbox.height);
  }
  for (const entry of marked.entries.filter(inside)) {
    const at = x(entry);
    const y = bbox.top + bbox.height - 28 * px;
    ctx.fillStyle = ENTRY;
    ctx.beginPath();
    ctx.moveTo(at, y - 6 * px);
    ctx.lineTo(at + 6 * px, y);
    ctx.lineTo(at, y + 6 * px);
    ctx.lineTo(at - 6 * px, y);
    ctx.fill();
  }
  ctx.restore();
}
