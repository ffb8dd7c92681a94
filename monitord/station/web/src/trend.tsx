// SpO2 and pulse rate of the last hour, or of all that is kept, with the phases behind them.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { trends } from "./live";
import { gaps, ground, marks, markedAt, type Marked } from "./trend_marks";
import type { Trend } from "./types";
import { decimal, t } from "./words";

const SHOWN_MS = 60 * 60 * 1000;
const LEAST_S = 600;
const LEGEND_PX = 32;
const WORDS = "#8fa3b5";

const shown = (_plot: uPlot, value: number | null) => (value == null ? "--" : decimal(value));
const minute = (s: number) =>
  new Date(s * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });

function columns(trend: Trend, whole: boolean): uPlot.AlignedData {
  const last = trend.at.at(-1) ?? 0;
  const from = trend.at.findIndex((at) => at >= last - SHOWN_MS);
  const cut = whole ? 0 : Math.max(0, from);
  return [trend.at.slice(cut).map((at) => at / 1000), trend.spo2.slice(cut), trend.pulse_rate.slice(cut)];
}

export function TrendLine({ bed, whole = false }: { bed: string; whole?: boolean }) {
  return <TrendPlot key={bed} trend={trends.value.get(bed)} marked={() => markedAt(bed)} whole={whole} />;
}

/** `whole` shows everything kept and can be zoomed: drag across, double tap for all. */
export function TrendPlot({ trend, marked, whole }: { trend: Trend | undefined; marked: () => Marked; whole: boolean }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(trend);
  newest.current = trend;
  useEffect(() => {
    const node = box.current!;
    const size = () => ({ width: Math.max(80, node.clientWidth), height: Math.max(40, node.clientHeight - (whole ? LEGEND_PX : 0)) });
    const axis = { stroke: WORDS, font: `${whole ? 15 : 13}px system-ui`, grid: { stroke: "#22303d", width: 1 }, ticks: { show: false } };
    plot.current = new uPlot(
      {
        ...size(),
        legend: { show: whole },
        cursor: whole ? { drag: { x: true, y: false } } : { show: false },
        padding: [8, 4, 0, 0],
        scales: { x: { time: true, range: (_plot, from, to) => [Math.min(from, to - LEAST_S), to] }, spo2: { range: [80, 100] }, rate: { range: whole ? [40, 200] : [40, 140] } },
        axes: [
          { ...axis, size: whole ? 26 : 20, space: whole ? 110 : 80, values: (_plot, ticks) => ticks.map(minute) },
          { ...axis, scale: "spo2", size: whole ? 40 : 30, splits: () => [80, 90, 100] },
          { ...axis, scale: "rate", side: 1, size: whole ? 44 : 30, splits: () => (whole ? [40, 80, 120, 160, 200] : [40, 90, 140]), grid: { show: false } },
        ],
        series: [
          { label: t("trend.time"), value: (_plot, at) => (at == null ? "--" : minute(at)) },
          { label: t("trend.spo2"), value: shown, scale: "spo2", stroke: "#58c4dd", width: 2, points: { show: false } },
          { label: t("trend.pulse"), value: shown, scale: "rate", stroke: "#9fb4a5", width: 1, points: { show: false } },
        ],
        hooks: {
          drawClear: [(drawn) => newest.current && ground(drawn, newest.current, whole)],
          draw: [(drawn) => whole && newest.current && marks(drawn, newest.current, marked())],
        },
      },
      [[], [], []],
      node,
    );
    const resizing = new ResizeObserver(() => plot.current?.setSize(size()));
    resizing.observe(node);
    return () => {
      resizing.disconnect();
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => {
    const drawn = plot.current;
    if (!trend || !drawn) return;
    const { min, max } = drawn.scales.x!;
    const data = columns(trend, whole);
    const zoomed = whole && min != null && max != null && max < (drawn.data[0]!.at(-1) ?? 0);
    // Who looks at something is not carried away by the next point.
    drawn.setData(data, !zoomed);
    if (zoomed) drawn.setScale("x", { min, max });
  }, [trend]);
  const said = whole && trend && summary(marked(), trend);
  return (
    <>
      <div
        ref={box}
        class={whole ? "trend whole" : "trend"}
        role="img"
        aria-label={said ? t("trend.label_said", { marks: said }) : t("trend.label")}
      />
      {said && <p class="key">{said}</p>}
    </>
  );
}

/** The marks in words, which is also how they are read aloud. */
const summary = (marked: Marked, trend: Trend) =>
  [
    t("trend.alarms", { count: marked.alarms.length }),
    t("trend.entries", { count: marked.entries.length }),
    t("trend.pressures", { count: trend.pressures.length }),
    t("trend.gaps", { count: gaps(trend).length }),
    t("trend.phases", { count: trend.phases.filter((phase) => phase.name).length }),
  ].join(" · ");
