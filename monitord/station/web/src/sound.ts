// Attention sounds with the pulse pattern of IEC 60601-1-8 tables 3 and 4. A browser's loudspeaker can't be shown to
// comply with the standard, so nothing here is called an alarm signal.
import type { Alarm } from "./types";

export type Priority = Alarm["priority"];

/** One tone: when it begins and how long it lasts, in seconds from the burst's begin. */
export interface Pulse {
  at: number;
  length: number;
}

interface Pattern {
  length: number;
  /** Silence after each pulse but the last. */
  gaps: number[];
  /** From the end of one burst to the begin of the next; within 2.5-15 s, 2.5-30 s, over 15 s. */
  pause: number;
}

// high: x = 0.10 s, td = 0.15 s; after pulses 3 and 8 2x+td = 0.35 s, after pulse 5 0.8 s (0.35-1.30 s).
const HALF = [0.1, 0.1, 0.35, 0.1];
const PATTERNS: Record<Priority, Pattern> = {
  high: { length: 0.15, gaps: [...HALF, 0.8, ...HALF], pause: 4 },
  medium: { length: 0.2, gaps: [0.2, 0.2], pause: 8 },
  low: { length: 0.2, gaps: [0.2], pause: 20 },
};

// 150-1000 Hz, at least four harmonics between 300 and 4000 Hz within 15 dB of the fundamental.
const FUNDAMENTAL_HZ: Record<Priority, number> = { high: 660, medium: 523, low: 440 };
const HARMONICS = [0, 1, 0.8, 0.6, 0.45, 0.35];
const RISE = 0.2; // of a pulse's length: 10-40 %
const LEVEL: Record<Priority, number> = { high: 0.5, medium: 0.45, low: 0.4 };

export function pulses(priority: Priority): Pulse[] {
  const { length, gaps } = PATTERNS[priority];
  const found: Pulse[] = [{ at: 0, length }];
  let at = 0;
  for (const gap of gaps) {
    at += length + gap;
    found.push({ at, length });
  }
  return found;
}

/** Seconds from one burst's begin to the next one's. */
export function period(priority: Priority): number {
  const last = pulses(priority).at(-1)!;
  return last.at + last.length + PATTERNS[priority].pause;
}

/** Schedules one burst at `start` (the context's time); the answer ends it early. */
export function burst(audio: BaseAudioContext, priority: Priority, start: number): () => void {
  const tone = audio.createOscillator();
  tone.setPeriodicWave(audio.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS)));
  tone.frequency.value = FUNDAMENTAL_HZ[priority];
  const level = audio.createGain();
  level.gain.setValueAtTime(0, start);
  for (const { at, length } of pulses(priority)) {
    const begin = start + at;
    level.gain.setValueAtTime(0, begin);
    level.gain.linearRampToValueAtTime(LEVEL[priority], begin + RISE * length);
    level.gain.setValueAtTime(LEVEL[priority], begin + (1 - RISE) * length);
    level.gain.linearRampToValueAtTime(0, begin + length);
  }
  const last = pulses(priority).at(-1)!;
  tone.connect(level).connect(audio.destination);
  tone.start(start);
  tone.stop(start + last.at + last.length);
  return () => level.disconnect();
}

/** One burst as samples of one channel: for tests. */
export async function rendered(priority: Priority, rate = 8000): Promise<Float32Array> {
  const seconds = pulses(priority).at(-1)!.at + 0.5;
  const offline = new OfflineAudioContext(1, Math.ceil(seconds * rate), rate);
  burst(offline, priority, 0);
  return (await offline.startRendering()).getChannelData(0);
}
