// Numbers and times as staff read them.
import type { Alarm, Reading } from "./types";
import { decimal } from "./words";

const two = (n: number) => String(n).padStart(2, "0");

/** `4:07`, `1:04:07`; a negative span is written without its sign. */
export function clock(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000);
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** `3 s`, `4 min`, `2 h 5 min`. */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 90) return `${s} s`;
  const m = Math.floor(s / 60);
  return m < 90 ? `${m} min` : `${Math.floor(m / 60)} h ${m % 60} min`;
}

/** One decimal where the signal has one (perfusion index, temperature), none elsewhere. */
export function number(reading: Reading): string {
  const fine = ["perfusion_index", "temperature"].includes(reading.signal);
  return reading.value === null ? "--" : decimal(reading.value, fine ? 1 : 0);
}

/** Units as they are printed on monitors, from their UCUM codes. */
export function unit(ucum: string | null): string {
  return { "mm[Hg]": "mmHg", "/min": "/min", Cel: "°C", "1": "" }[ucum ?? ""] ?? ucum ?? "";
}

export const timeOfDay = (ms: number) =>
  new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export const RANK: Record<Alarm["priority"], number> = { high: 3, medium: 2, low: 1 };
export const MARK: Record<Alarm["priority"], string> = { high: "!!!", medium: "!!", low: "!" };

/** Whether somebody must still answer it. */
export const unanswered = (alarm: Alarm) => alarm.phase !== "acknowledged" && alarm.inhibited_by === null;

/** Whether the alarm's attention sound is wanted at engine time `now`. */
export const sounds = (alarm: Alarm, now: number) => unanswered(alarm) && (alarm.audio_paused_until ?? 0) <= now;

/** A few words for the strip and the tile; the value and limit that caused it are in the text. */
export const fresh = (reading: Reading, now: number) =>
  reading.value !== null &&
  (reading.quality === "good" || reading.quality === "low_perfusion") &&
  reading.fresh_until !== null &&
  now < reading.fresh_until;
