// Attention sounds with the pulse pattern of IEC 60601-1-8 tables 3 and 4. A browser's loudspeaker can't be shown to
// comply with the standard, so nothing here is called an alarm signal.
import { SIGNALS } from "./signals";
import type { Priority } from "./signals";

export type { Priority } from "./signals";

/** One tone: when it begins and how long it lasts, in seconds from the burst's begin. */
export interface Pulse {
  at: number;
  length: number;
}

export function pulses(priority: Priority): Pulse[] {
  const { pulse_s: length, gaps_s: gaps } = SIGNALS.bursts[priority];
  const found: Pulse[] = [{ at: 0, length }];
  let at = 0;
  for (const gap of gaps) {
    at += length + gap;
    found.push({ at, length });
  }
  return found;
}

/** How long one burst lasts, in seconds. */
export function lasts(priority: Priority): number {
  const last = pulses(priority).at(-1)!;
  return last.at + last.length;
}

/** Seconds from one burst's begin to the next one's. */
export const period = (priority: Priority) => lasts(priority) + SIGNALS.bursts[priority].pause_s;

/** Schedules one burst at `start` (the context's time), `gain` times as loud as the table says; the answer ends it early. */
export function burst(audio: BaseAudioContext, priority: Priority, start: number, gain = 1): () => void {
  const { hz, level: written } = SIGNALS.bursts[priority];
  const loudness = written * gain;
  const harmonics = new Float32Array(SIGNALS.harmonics);
  const tone = audio.createOscillator();
  tone.setPeriodicWave(audio.createPeriodicWave(new Float32Array(harmonics.length), harmonics));
  tone.frequency.value = hz;
  const level = audio.createGain();
  level.gain.setValueAtTime(0, start);
  for (const { at, length } of pulses(priority)) {
    const begin = start + at;
    level.gain.setValueAtTime(0, begin);
    level.gain.linearRampToValueAtTime(loudness, begin + SIGNALS.rise * length);
    level.gain.setValueAtTime(loudness, begin + (1 - SIGNALS.rise) * length);
    level.gain.linearRampToValueAtTime(0, begin + length);
  }
  tone.connect(level).connect(audio.destination);
  tone.start(start);
  tone.stop(start + lasts(priority));
  return () => level.disconnect();
}

/** By how much a burst is louder or softer than the table says, after so many seconds without an answer. */
export function gain(chosen: number, unanswered_s: number): number {
  const { rises_after_s: from, loudest_after_s: until, loudest } = SIGNALS.volume;
  const share = Math.min(1, Math.max(0, (unanswered_s - from) / (until - from)));
  return chosen + (loudest - chosen) * share;
}

/** One burst as samples of one channel: for tests. */
export async function rendered(priority: Priority, rate = 8000): Promise<Float32Array> {
  const offline = new OfflineAudioContext(1, Math.ceil((lasts(priority) + 0.3) * rate), rate);
  burst(offline, priority, 0);
  return (await offline.startRendering()).getChannelData(0);
}
