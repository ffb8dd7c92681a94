// Which sounds are wanted, one burst at a time; and whether the browser lets us sound at all.
import { computed, effect, signal } from "@preact/signals";
import { RANK, sounds } from "./format";
import { alarms, dead, deadSounding, now } from "./live";
import { SIGNALS } from "./signals";
import { burst, gain, lasts } from "./sound";
import { volume } from "./volume";
import type { Priority } from "./sound";
import { after } from "./timers";
import type { Alarm, Sound } from "./types";

const audio = new AudioContext();
export const locked = signal(audio.state !== "running");
export const hidden = signal(document.hidden);
/** The loss of the daemon was answered by somebody at this station. */
export const lossAnswered = signal(false);

/** A test alarm waits for its answer here. */
export const tested = signal(false);

/** From the end of one burst to the begin of one of another priority (IEC 60601-1-8: 2.5 s and more). */
const BETWEEN_S = 2.5;

/**
 * What is heard in turn: the most urgent alarm's priority first, then that of a class behind it where it is higher.
 * So the patient comes before the equipment, and no high alarm is heard as a low one.
 */
export const voices = computed<Priority[]>(() => {
  if (deadSounding.value) return lossAnswered.value ? [] : ["high"];
  // What was true of the alarms when the daemon was heard last is not known now; its loss has its own sound.
  if (dead.value) return [];
  const found: Priority[] = [];
  for (const alarm of sounding.value)
    if (found.every((before) => RANK[before] < RANK[alarm.priority])) found.push(alarm.priority);
  return found.length === 0 && tested.value ? ["medium"] : found;
});

const sounding = computed(() => alarms.value.filter((alarm) => sounds(alarm, now.value)));

/** The first of them; null where nothing is heard. */
export const wanted = computed<Priority | null>(() => voices.value[0] ?? null);

let end = () => {};
let forget = () => {};
/** When the last burst of each priority ended, and of any, in milliseconds of the page. */
const ended = new Map<Priority, number>();
let quietFrom = -Infinity;
let beganAt = -Infinity;
/** What began so lately is not begun again. */
const JUST_MS = 300;

/** Bursts begun since the page was opened. */
export const played = signal(0);

function sound(priority: Priority): void {
  end();
  endTest();
  forget();
  announced.delete(priority);
  if (audio.state === "running") end = burst(audio, priority, audio.currentTime + 0.02, gain(volume.peek(), unanswered()));
  played.value += 1;
  beganAt = performance.now();
  quietFrom = beganAt + lasts(priority) * 1000;
  ended.set(priority, quietFrom);
  next();
}

/** Priorities of new alarms of patients that wait below a sound that is running: each is heard once. */
const announced = new Set<Priority>();
const stillWanted = (priority: Priority) => sounding.peek().some((alarm) => alarm.priority === priority);

/** For how many seconds something has sounded without an answer. */
const unanswered = () => (soundingFrom === null ? 0 : (performance.now() - soundingFrom) / 1000);
let soundingFrom: number | null = null;

/** Each priority comes again after its own pause; two of them keep their distance. */
function next(): void {
  forget();
  for (const priority of announced) if (!stillWanted(priority)) announced.delete(priority);
  const due = [...new Set([...voices.value, ...announced])].map((priority): [Priority, number] => [
    priority,
    Math.max((ended.get(priority) ?? -Infinity) + SIGNALS.bursts[priority].pause_s * 1000, quietFrom + BETWEEN_S * 1000),
  ]);
  if (due.length === 0) return;
  const [priority, at] = due.reduce((soonest, each) => (each[1] < soonest[1] ? each : soonest));
  const heardStill = () => voices.value.includes(priority) || announced.has(priority);
  forget = after(Math.max(0, at - performance.now()), () => heardStill() && sound(priority));
}

function silence(): void {
  end();
  forget();
  ended.clear();
  quietFrom = -Infinity;
}

export function unlock(): void {
  void audio.resume();
}

/** What the clock of the sound said when it was looked at, and when that was. */
let looked = { sound: 0, page: -Infinity };
let stuck = false;
let ran = false;
const LOOK_APART_MS = 1000;

/** Whether this station can be heard, as far as a browser knows: of a muted tab or loudspeaker it knows nothing. */
export function audible(): Sound {
  const now = { sound: audio.currentTime, page: performance.now() };
  if (locked.value) {
    looked = now;
    stuck = false;
    return ran ? "suspended" : "locked";
  }
  ran = true;
  if (now.page - looked.page >= LOOK_APART_MS) {
    stuck = now.sound <= looked.sound;
    looked = now;
  }
  return stuck ? "stuck" : "plays";
}

/** Between two priorities of the test, in seconds. */
const TEST_GAP_S = 1;
let endTest = () => {};

/** All three priorities one after the other, low first: the station's sound works, or it doesn't. An alarm ends it. */
export function test(): void {
  unlock();
  endTest();
  const ends: (() => void)[] = [];
  let at = audio.currentTime + 0.05;
  for (const priority of ["low", "medium", "high"] as const) {
    ends.push(burst(audio, priority, at, volume.value));
    at += lasts(priority) + TEST_GAP_S;
  }
  endTest = () => ends.forEach((each) => each());
}

/** What each sounding alarm was when it was heard last. */
const heard = new Map<string, number>();

/** Those that began or became worse since then. */
function fresh(now: Alarm[]): Alarm[] {
  const found = now.filter((alarm) => (heard.get(alarm.id) ?? -Infinity) < alarm.news);
  heard.clear();
  for (const alarm of now) heard.set(alarm.id, alarm.news);
  return found;
}

export function start(): void {
  audio.onstatechange = () => {
    locked.value = audio.state !== "running";
    if (!locked.value && wanted.value) sound(wanted.value);
  };
  // Signing in may have unlocked it before anybody listened.
  locked.value = audio.state !== "running";
  document.addEventListener("visibilitychange", () => (hidden.value = document.hidden));
  // Not when the finger comes down: the banner would go, and the button below it move away from the finger.
  for (const gesture of ["click", "keydown"]) document.addEventListener(gesture, unlock, true);
  effect(() => {
    if (!dead.value) lossAnswered.value = false;
  });
  effect(() => {
    // A change of what is wanted interrupts: the worst sounds at once, and an answer ends the sound at once.
    const all = voices.value.join(" ");
    if (all) soundingFrom ??= performance.now();
    else soundingFrom = null;
    silence();
    if (all) queueMicrotask(() => voices.peek().join(" ") === all && sound(voices.peek()[0]!));
  });
  effect(() => {
    // Of equal priority what is new is heard at once, though the same sound was on its way.
    const all = fresh(sounding.value);
    const [newest] = all.toSorted((a, b) => RANK[b.priority] - RANK[a.priority]);
    for (const alarm of all) if (alarm.kind === "physiological") announced.add(alarm.priority);
    if (newest && !dead.value) queueMicrotask(() => restart(newest.priority));
  });
}

function restart(priority: Priority): void {
  const leads = voices.peek().every((each) => RANK[each] <= RANK[priority]);
  // What is less than the worst waits for its turn: a patient's is heard once before the running sound comes again.
  if (leads && performance.now() - beganAt > JUST_MS) sound(priority);
  else next();
}
