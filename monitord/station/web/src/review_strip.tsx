// The curve of one alarm: its signal from a minute before to a minute after, with the limit in force.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { timeOfDay, unit } from "./format";
import { ALARM } from "./trend_marks";
import { read } from "./fetch_json";
import { recordUrl } from "./record_url";
import { signalTitle } from "./sentences";
import type { AlarmStrip, Reviewed } from "./types";
import { decimal, t } from "./words";

/** Longer than this apart, two readings have a gap between them. */
const GAP_MS = 12_000;
const HEIGHT = 150;
/** So much room below the lowest and above the highest, in the signal's own unit. */
const ROOM = 2;

export function AlarmCurve({ alarm }: { alarm: Reviewed }) {
  const [strip, setStrip] = useState<AlarmStrip | null | undefined>(undefined);
  useEffect(() => {
    void read<AlarmStrip>(recordUrl(`/api/review/alarms/${alarm.alarm}`)).then(setStrip);
  }, [alarm.alarm]);
  if (!strip) return <p class="none">{t(strip === undefined ? "limits.asked" : "swap.no_answer")}</p>;
  if (strip.signal === null) return <p class="none">{t("review.no_signal")}</p>;
  const what = signalTitle({ signal: strip.signal, label: strip.label });
  const said = [
    strip.lowest === null || strip.highest === null
      ? t("review.no_reading", { signal: what })
      : t("review.extremes", { signal: what, unit: unit(strip.unit), low: decimal(strip.lowest), high: decimal(strip.highest) }),
    ...strip.limits.map((each) =>
      t("review.limit", { limit: decimal(each.limit), priority: t(`priority.${each.priority}`), time: timeOfDay(each.at) }),
    ),
  ].join(" · ");
  const span = { from: timeOfDay(strip.begin), to: timeOfDay(strip.end) };
  return (
    <>
      <p>{said}</p>
      <Plot strip={strip} alarm={alarm} label={`${t("review.curve", { signal: what, ...span })}: ${said}`} />
    </>
  );
}

/** Seconds and values, with a gap where none was read for a while. */
function columns(strip: AlarmStrip): uPlot.AlignedData {
  const at: number[] = [];
  const values: (number | null)[] = [];
  strip.at.forEach((ms, n) => {
    const before = strip.at[n - 1];
    const apart = before === undefined ? 0 : ms - before;
    const near = apart <= GAP_MS;
    at.push(...(near ? [] : [(ms - apart / 2) / 1000]), ms / 1000);
    values.push(...(near ? [] : [null]), strip.values[n] ?? null);
  });
  return [at, values];
}

function range(strip: AlarmStrip): [number, number] {
  const known = [...strip.values, ...strip.limits.map((each) => each.limit)].filter((value) => value !== null);
  if (known.length === 0) return [0, 1];
  return [Math.min(...known) - ROOM, Math.max(...known) + ROOM];
}

function Plot({ strip, alarm, label }: { strip: AlarmStrip; alarm: Reviewed; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = box.current!;
    const ink = getComputedStyle(node).color;
    const axis = { stroke: ink, font: "13px system-ui", grid: { stroke: "#7f8c9840", width: 1 }, ticks: { show: false } };
    const plot = new uPlot(
      {
        width: Math.max(120, node.clientWidth),
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 8, 0, 0],
        scales: { x: { time: true, range: () => [strip.begin / 1000, strip.end / 1000] }, y: { range: () => range(strip) } },
        axes: [
          { ...axis, size: 22, space: 90, values: (_plot, ticks) => ticks.map((s) => timeOfDay(s * 1000)) },
          { ...axis, size: 44, space: 30, values: (_plot, ticks) => ticks.map((value) => decimal(value)) },
        ],
        series: [{}, { stroke: ink, width: 2, points: { show: strip.at.length < 40, size: 7, fill: ink } }],
        hooks: { draw: [(drawn) => during(drawn, strip, alarm)] },
      },
      columns(strip),
      node,
    );
    const resizing = new ResizeObserver(() => plot.setSize({ width: Math.max(120, node.clientWidth), height: HEIGHT }));
    resizing.observe(node);
    return () => {
      resizing.disconnect();
      plot.destroy();
    };
  }, [strip]);
  return <div ref={box} class="strip-curve" role="img" aria-label={label} />;
}

/** Where the alarm stood, and the limits that it crossed. */
function during(plot: uPlot, strip: AlarmStrip, alarm: Reviewed): void {
  const { ctx, bbox } = plot;
  const x = (ms: number) => plot.valToPos(Math.min(Math.max(ms, strip.begin), strip.end) / 1000, "x", true);
  const px = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = `${ALARM[alarm.priority]}33`;
  ctx.fillRect(x(alarm.start), bbox.top, x(alarm.end ?? strip.end) - x(alarm.start), bbox.height);
  ctx.lineWidth = 2 * px;
  ctx.setLineDash([8 * px, 5 * px]);
  strip.limits.forEach((each, n) => {
    const y = plot.valToPos(each.limit, "y", true);
    const same = (other: { priority: string }) => other.priority === each.priority;
    const next = strip.limits.slice(n + 1).find(same);
    ctx.strokeStyle = ALARM[each.priority];
    ctx.beginPath();
    // The first one of its priority was in force before it was crossed.
    ctx.moveTo(strip.limits.slice(0, n).some(same) ? x(each.at) : bbox.left, y);
    ctx.lineTo(x(next?.at ?? strip.end), y);
    ctx.stroke();
  });
  ctx.restore();
}
