// The page's knowledge: how things stand, from one event stream that never stays broken.
import { batch, computed, signal } from "@preact/signals";
import { beat, look, opened } from "./lumps";
import { read } from "./fetch_json";
import { every } from "./timers";
import type { Alarm, Alarms, Bed, Hello, Line, StreamEvents, Trend, Unmonitored, WaveBlock } from "./types";

export const hello = signal<Hello>({ suite: "", notice: "", beds: [], build: "" });
export const tiles = signal<ReadonlyMap<string, Bed>>(new Map());
export const suiteAlarms = signal<Alarm[]>([]);
/** Beds (null: the suite) that the daemon could not show, or that this page does not understand, and why. */
export const broken = signal<ReadonlyMap<string | null, string>>(new Map());
export const unmonitored = signal<ReadonlyMap<string, Unmonitored>>(new Map());
export const lines = signal<Line[]>([]);
export const trends = signal<ReadonlyMap<string, Trend>>(new Map());
/** Somebody closed the suite: nobody is here. */
export const closed = signal(false);
/** The stations where a test alarm waits for its answer. */
export const tests = signal<string[]>([]);
/** Engine time as the daemon said it last. */
export const now = signal(0);
/** Milliseconds since anything was heard from the daemon, in steps of half a second. */
export const silence = signal(0);
/** How long the last loss lasted, and when it ended; null while nothing was lost. */
export const lost = signal<{ ms: number; until: number } | null>(null);

/** Dead is said well within 5 s, sounding begins at 10 s. */
export const DEAD_MS = 4000;
export const SOUND_MS = 10000;
const REOPEN_MS = 2500;
const LOOK_MS = 250;
const KEEP_LINES = 300;
/** What a tile shows, and half a minute; the whole is kept of the one bed that somebody looks at in detail. */
const KEEP_MS = 60.5 * 60 * 1000;
const WHOLE_MS = 6 * 60 * 60 * 1000;

export const dead = computed(() => silence.value >= DEAD_MS);
export const deadSounding = computed(() => silence.value >= SOUND_MS);

/** Every alarm of beds and suite, the most urgent first, of equals the newest. */
export const alarms = computed(() =>
  [...suiteAlarms.value, ...[...tiles.value.values()].flatMap((tile) => tile.alarms)].sort(
    (a, b) => b.urgency - a.urgency || b.news - a.news,
  ),
);

const waveListeners = new Map<string, (block: WaveBlock) => void>();
export function onWave(bed: string, take: (block: WaveBlock) => void): () => void {
  waveListeners.set(bed, take);
  return () => waveListeners.delete(bed);
}

let source: EventSource | null = null;
let heardAt = performance.now();
let openedAt = -Infinity;
let lastId: string | null = null;

function heard(): void {
  const quiet = performance.now() - heardAt;
  heardAt = performance.now();
  if (quiet >= DEAD_MS) lost.value = { ms: quiet, until: Date.now() };
  silence.value = 0;
}

function open(): void {
  source?.close();
  openedAt = performance.now();
  opened(openedAt, openedAt - heardAt);
  // The page opens a new stream itself, because a browser gives up on some errors.
  source = new EventSource(lastId === null ? "/api/events" : `/api/events?after=${lastId}`);
  const on = <Name extends keyof StreamEvents>(name: Name, take: (data: StreamEvents[Name]) => void) =>
    source!.addEventListener(name, (event) => {
      const message = event as MessageEvent<string>;
      if (message.lastEventId) lastId = message.lastEventId;
      batch(() => {
        heard();
        const data = JSON.parse(message.data) as StreamEvents[Name];
        try {
          take(data);
        } catch (error) {
          console.error(error);
          // Of a bed when it says so: what this page knew of it before is old.
          const bed = (data as { bed?: string | null }).bed ?? null;
          broken.value = new Map(broken.value).set(bed, String(error));
        }
      });
    });
  on("hello", (data) => {
    hello.value = data;
    const known = new Map([...tiles.value].filter(([bed]) => data.beds.includes(bed)));
    tiles.value = known;
    for (const bed of data.beds) void fetchTrend(bed);
    void fetchLines();
  });
  on("heartbeat", (data) => {
    now.value = data.now;
    beat(data.sent, performance.now());
    closed.value = data.closed;
    if (data.tests.join("\n") !== tests.value.join("\n")) tests.value = data.tests;
    lastId ??= String(data.seq);
  });
  on("tile", takeTile);
  on("unmonitored", (lost) => {
    tiles.value = new Map([...tiles.value].filter(([bed]) => bed !== lost.bed));
    unmonitored.value = new Map(unmonitored.value).set(lost.bed, lost);
    mend(lost.bed);
  });
  on("broken", ({ bed, error }) => {
    broken.value = new Map(broken.value).set(bed, error);
  });
  on("suite", (data) => {
    suiteAlarms.value = data.alarms;
    mend(null);
  });
  on("alarm", (line) => takeLines([line]));
  on("waves", ({ waves }) => waves.forEach((wave) => waveListeners.get(wave.bed)?.(wave)));
}

/** It is understood again. */
function mend(bed: string | null): void {
  if (broken.value.has(bed)) broken.value = new Map([...broken.value].filter(([each]) => each !== bed));
}

function takeTile(tile: Bed): void {
  now.value = tile.now;
  tiles.value = new Map(tiles.value).set(tile.bed, tile);
  if (unmonitored.value.has(tile.bed))
    unmonitored.value = new Map([...unmonitored.value].filter(([bed]) => bed !== tile.bed));
  mend(tile.bed);
  const trend = trends.value.get(tile.bed);
  const last = trend?.at.at(-1) ?? 0;
  if (!trend || tile.now - last < 5000) return;
  const value = (name: string) => {
    const reading = tile.signals.find((found) => found.signal === name);
    const usable = reading && (reading.quality === "good" || reading.quality === "low_perfusion");
    return usable && (reading.fresh_until ?? 0) > tile.now ? reading.value : null;
  };
  const sys = tile.signals.find((found) => found.signal === "nibp_sys");
  const together = (name: string) => {
    const reading = tile.signals.find((found) => found.signal === name);
    return reading && reading.at === sys?.at ? reading.value : null;
  };
  const cuff = trend.pressures;
  const pressures =
    sys?.value != null && sys.at !== null && sys.at > (cuff.at(-1)?.at ?? 0)
      ? [...cuff, { at: sys.at, sys: sys.value, dia: together("nibp_dia"), mean: together("nibp_map") }]
      : cuff;
  const phase = tile.session?.phase ?? null;
  const known = trend.phases.at(-1);
  const since = tile.session?.since ?? tile.now;
  // The begin of a phase moves with an entry that has an earlier time.
  const same = known?.name === phase && (phase === null || known.at === since);
  const before = known?.name === phase ? trend.phases.slice(0, -1) : trend.phases;
  const phases = same ? trend.phases : [...before, { at: since, name: phase, title: tile.session?.phase_title ?? "" }];
  keepTrend(tile.bed, {
    at: [...trend.at, tile.now],
    spo2: [...trend.spo2, value("spo2")],
    pulse_rate: [...trend.pulse_rate, value("pulse_rate")],
    pressures,
    phases,
  });
}

/** A line may come twice after a break: it is known by its id, event and time. */
function takeLines(more: Line[]): void {
  const name = (line: Line) => `${line.id} ${line.event} ${line.at} ${line.reason}`;
  const known = new Map(lines.value.map((line) => [name(line), line]));
  for (const line of more) known.set(name(line), line);
  lines.value = [...known.values()].sort((a, b) => (a.at < b.at ? -1 : 1)).slice(-KEEP_LINES);
}

async function fetchTrend(bed: string): Promise<void> {
  const trend = await read<Trend>(`/api/beds/${encodeURIComponent(bed)}/trend`);
  if (trend) keepTrend(bed, trend);
}

/** The bed whose whole trend is kept. */
let inDetail: string | null = null;

/** So much of it as is shown: what a page keeps does not grow with the hours. */
function keepTrend(bed: string, trend: Trend): void {
  const from = (trend.at.at(-1) ?? 0) - (bed === inDetail ? WHOLE_MS : KEEP_MS);
  const first = Math.max(0, trend.at.findIndex((at) => at >= from));
  trends.value = new Map(trends.value).set(bed, {
    at: trend.at.slice(first),
    spo2: trend.spo2.slice(first),
    pulse_rate: trend.pulse_rate.slice(first),
    pressures: trend.pressures.filter((cuff) => cuff.at >= from),
    // The phase that went on at that time stays.
    phases: trend.phases.filter((_, n) => (trend.phases[n + 1]?.at ?? Infinity) > from),
  });
}

/** While somebody looks at this bed its whole trend is kept; call the answer when nobody does any more. */
export function lookAtTrend(bed: string): () => void {
  inDetail = bed;
  void fetchTrend(bed);
  return () => {
    if (inDetail === bed) inDetail = null;
    const trend = trends.value.get(bed);
    if (trend) keepTrend(bed, trend);
  };
}

async function fetchLines(): Promise<void> {
  const told = await read<Alarms>("/api/alarms");
  if (told) takeLines(told.recent);
}

export function start(): void {
  open();
  every(LOOK_MS, () => {
    const quiet = performance.now() - heardAt;
    silence.value = Math.floor(quiet / 500) * 500;
    look(performance.now());
    if (quiet > REOPEN_MS && performance.now() - openedAt > REOPEN_MS) open();
  });
}
