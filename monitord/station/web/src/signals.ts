// The look and sound of each priority, as tests/station/test_alarm_signals.py reads it too.
import table from "./alarm_signals.json";
import type { Alarm } from "./types";

export type Priority = Alarm["priority"];

interface Colours {
  lit: string;
  unlit: string;
  text: string;
  frame_lit: string;
  frame_unlit: string;
  edge_lit: string;
  edge_unlit: string;
  mark: string;
  on_mark: string;
}

interface Burst {
  pulse_s: number;
  /** Silence after each pulse but the last. */
  gaps_s: number[];
  /** From the end of one burst to the begin of the next. */
  pause_s: number;
  level: number;
  hz: number;
}

interface Signals {
  flash: Record<Priority, { hz: number; duty: number }>;
  frame_px: Record<Priority, number>;
  themes: Record<"dark" | "bright", { tile: string } & Record<Priority, Colours>>;
  bursts: Record<Priority, Burst>;
  volume: { rises_after_s: number; loudest_after_s: number; loudest: number };
  harmonics: number[];
  rise: number;
}

export const SIGNALS: Signals = table;
