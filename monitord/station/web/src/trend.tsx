// SpO2 and pulse rate of the last hour, with the phases behind them.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { trends } from "./live";
import type { Trend } from "./types";

const SHOWN_MS = 60 * 60 * 1000;
const LEAST_S = 600;
const SHADES = ["#1a2633", "#24364a"];
const WORDS = "#8fa3b5";

const minute = (s: number) =>
  new Date(s * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

function columns(trend: Trend): uPlot.AlignedData {
  const last = trend.at.at(-1) ?? 0;
  const from = trend.at.findIndex((at) => at >= last - SHOWN_MS);
  const cut = Math.max(0, from);
  return [trend.at.slice(cut).map((at) => at / 1000), trend.spo2.slice(cut), trend.pulse_rate.slice(cut)];
}

function shade(plot: uPlot, trend: Trend): void {
  const { ctx, bbox } = plot;
  const x = (ms: number) =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(ms / 1000, "x", true)));
  ctx.save();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.fillStyle = WORDS;
  trend.phases.forEach((phase, n) => {
    const left = x(phase.at);
    const next = trend.phases[n + 1];
    const right = next ? x(next.at) : bbox.left + bbox.width;
    if (right <= left || phase.name === null) return;
    ctx.fillStyle = SHADES[n % 2]!;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.fillStyle = WORDS;
    if (right - left > ctx.measureText(phase.title).width + 8)
      ctx.fillText(phase.title, left + 4, bbox.top + bbox.height - 4 * devicePixelRatio);
  });
  ctx.restore();
}

export function TrendLine({ bed }: { bed: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const trend = trends.value.get(bed);
  const newest = useRef(trend);
  newest.current = trend;
  useEffect(() => {
    const size = () => ({ width: Math.max(80, box.current!.clientWidth), height: Math.max(40, box.current!.clientHeight) });
    const axis = { stroke: WORDS, font: "11px system-ui", grid: { stroke: "#22303d", width: 1 }, ticks: { show: false } };
    plot.current = new uPlot(
      {
        ...size(),
        legend: { show: false },
        cursor: { show: false },
        padding: [8, 4, 0, 0],
        scales: { x: { time: true, range: (_plot, from, to) => [Math.min(from, to - LEAST_S), to] }, spo2: { range: [80, 100] }, rate: { range: [40, 140] } },
        axes: [
          { ...axis, size: 20, space: 80, values: (_plot, ticks) => ticks.map(minute) },
          { ...axis, scale: "spo2", size: 30, splits: () => [80, 90, 100] },
          { ...axis, scale: "rate", side: 1, size: 30, splits: () => [40, 90, 140], grid: { show: false } },
        ],
        series: [
          {},
          { scale: "spo2", stroke: "#58c4dd", width: 2, points: { show: false } },
          { scale: "rate", stroke: "#9fb4a5", width: 1, points: { show: false } },
        ],
        hooks: { drawClear: [(drawn) => newest.current && shade(drawn, newest.current)] },
      },
      [[], [], []],
      box.current!,
    );
    const resizing = new ResizeObserver(() => plot.current?.setSize(size()));
    resizing.observe(box.current!);
    return () => {
      resizing.disconnect();
      plot.current?.destroy();
    };
  }, [bed]);
  useEffect(() => {
    if (trend) plot.current?.setData(columns(trend));
  }, [trend]);
  return <div ref={box} class="trend" role="img" aria-label="SpO2 and pulse rate, last hour" />;
}
