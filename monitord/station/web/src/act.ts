// What staff do, posted; and who they are.
import { signal } from "@preact/signals";
import { read } from "./read";
import type { Explanation } from "./types";

/** Initials of who stands here; forgotten when nobody touched the page for a while. */
export const who = signal("");
const FORGET_MS = 10 * 60 * 1000;
let forgetting: ReturnType<typeof setTimeout> | undefined;

/** Where there are accounts the name comes with the login, and is not forgotten by the page. */
let trusted = false;
export const trustNames = () => (trusted = true);

export function remember(name: string): void {
  if (trusted) return;
  who.value = name.trim();
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (who.value = ""), FORGET_MS);
}

/** A sentence where it was refused or not taken, null where it was taken. */
export async function post(path: string, body: object): Promise<string | null> {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(8000),
    });
    if (answer.ok) return null;
    return ((await answer.json()) as { error: string }).error;
  } catch {
    return "monitord did not answer: look whether it was taken";
  }
}

export const act = (bed: string, body: { type: string } & Record<string, unknown>) =>
  post(`/api/beds/${encodeURIComponent(bed)}/actions`, body);

export const acknowledge = (alarm: string, body: Record<string, string> = { by: who.value }) =>
  post(`/api/alarms/${alarm.split("/").map(encodeURIComponent).join("/")}/acknowledge`, body);

/** What start and leave wait for, and what holds for this visit alone; null where the daemon did not answer. */
export async function look(bed: string): Promise<Explanation | null> {
  return read<Explanation>(`/api/beds/${encodeURIComponent(bed)}/insight`, 4000);
}

/** What failed last, said in the page until it is dismissed. */
export const trouble = signal<string | null>(null);
export async function report(answer: Promise<string | null>): Promise<void> {
  trouble.value = await answer;
}
