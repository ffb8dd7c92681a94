// What the hospital's own service knows of every suite, and the answers that travel from here to one of them.
import { signal } from "@preact/signals";
import { now, silence } from "./live";
import { inWords } from "./sentences";
import type { AnswerWord } from "./elsewhere";
import type { Alarm, Bed, Sentence, Unmonitored } from "./types";
import { t } from "./words";

/** One bed, as `monitord/hospital/overview_view.py` gives it. */
export interface Row {
  suite: string;
  unit: string;
  bed: string;
  label: string;
  seq: number;
  alarms: number;
  unanswered: number;
  beyond: boolean;
  silent: boolean;
  monitored: boolean;
  unwatched: string[];
  answers: AnswerWord[];
  age_s: number | null;
  tile: Bed | null;
  lost: Unmonitored | null;
}

export interface SuiteLine {
  suite: string;
  unit: string;
  silent: boolean;
  heard: boolean;
  beds: number;
  alarms: Alarm[];
}

export interface Overview {
  hospital: string;
  up: boolean;
  workers: boolean;
  suites: SuiteLine[];
  beds: Row[];
}

export const overview = signal<Overview | null>(null);
/** The account that looked was signed out. */
export const refused = signal(false);

const LOOK_MS = 1000;
const WITHIN_MS = 5000;
/** A suite decides within 5 s, or is out of reach. */
const ANSWER_MS = 8000;
/** Every number in a tile above this is a time: nothing else on it is as large. */
const FIRST_TIME = 1e12;

let heardAt = performance.now();

export async function look(): Promise<void> {
  try {
    const reply = await fetch("/api/hospital", { signal: AbortSignal.timeout(WITHIN_MS) });
    refused.value = reply.status === 401;
    if (reply.ok) {
      const shown = (await reply.json()) as Overview;
      now.value = Date.now();
      overview.value = shown;
      heardAt = performance.now();
    }
  } catch {
    // How long nothing was heard says it.
  }
}

/** Asks once a second, one question after the other; how long nothing was heard is counted beside it. */
export async function start(): Promise<never> {
  setInterval(() => (silence.value = Math.floor((performance.now() - heardAt) / 500) * 500), LOOK_MS / 2);
  for (;;) {
    await look();
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

/** The tile in the time of this page, as its suite had it when it sent it: suites have clocks of their own. */
export function inOurTime(tile: Bed): Bed {
  const by = now.value - tile.now;
  const moved = (value: unknown): unknown => {
    if (typeof value === "number") return value > FIRST_TIME ? value + by : value;
    if (Array.isArray(value)) return value.map(moved);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, moved(each)]));
    return value;
  };
  return moved(tile) as Bed;
}

/** It carries what was seen: when the alarm had last become worse, and the tile's number in its suite's journal. */
export async function answerFrom(row: Row, alarm: Alarm, word: AnswerWord, by: string): Promise<string | null> {
  const seen = row.tile?.alarms.find((each) => each.id === alarm.id);
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const body = { by, suite: row.suite, alarm: alarm.id, word, news: seen?.news ?? 0, seq: row.seq, id };
  try {
    const headers = { "content-type": "application/json" };
    const reply = await fetch("/api/hospital/answers", { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) });
    if (reply.ok) return null;
    const said = (await reply.json()) as { error?: string; why?: Sentence | null };
    return said.error ? inWords(said.why, said.error) : t("act.refused");
  } catch {
    return t("overview.out_of_reach");
  } finally {
    void look();
  }
}
