// What staff do, posted; and who they are.
import { signal } from "@preact/signals";
import { read } from "./fetch_json";
import { actionName, inWords } from "./sentences";
import type { Outcome, Sentence } from "./types";
import { t } from "./words";

/** Initials of who stands here; forgotten a minute after they were given. */
export const who = signal("");
/** Whoever comes next must not act under this name. */
const FORGET_MS = 60_000;
let forgetting: ReturnType<typeof setTimeout> | undefined;

/** Where there are accounts the name comes with the login, and is not forgotten by the page. */
let trusted = false;
export const trustNames = () => (trusted = true);

/**
 * Who gave their initials at this screen since the last hand-over, the newest first: a sheet offers each by name on a button of their
 * own, so that whoever taps it says who it is without typing. Nobody of them is taken to stand here.
 */
const given = signal<{ name: string; at: number }[]>([]);
const OFFER_AT_MOST = 3;
/** Longer than a shift. */
const OFFER_MS = 12 * 60 * 60 * 1000;
export const offeredNames = () => (trusted || who.value ? [] : given.value.filter(({ at }) => Date.now() - at < OFFER_MS).map(({ name }) => name));

export function remember(named: string): void {
  if (trusted) return;
  const name = named.trim();
  who.value = name;
  if (name) offer(name);
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (who.value = ""), FORGET_MS);
}

const offer = (name: string) => (given.value = [{ name, at: Date.now() }, ...given.value.filter((each) => each.name !== name)].slice(0, OFFER_AT_MOST));

/** At a hand-over: from now on whoever took over is offered alone. */
export function handedTo(name: string): void {
  if (trusted) return;
  who.value = "";
  given.value = [];
  offer(name);
}

const ANSWER_MS = 8000;
const AGAIN_MS = 1000;
/** Longer than a restart of the daemon; then somebody should look, and press again. */
const GIVE_UP_MS = 60_000;
export const notKnown = () => t("act.unknown");

/** What is sent again because its answer was lost, by its name; and what became of such a one. */
export const again = signal<string | null>(null);
export const became = signal<string | null>(null);
/** The key of the sentence with which the last action was refused. */
export let lastRefusal: string | null = null;

interface Sent {
  id: string;
  by: string;
  body: string;
}

/** By whom, where nobody said who it is. */
export const NOBODY = "unidentified";

/** Told to a daemon that was perhaps started since, before anything is sent again; false where it does not answer. */
let introduce: () => Promise<boolean> = () => Promise.resolve(true);
export const introduceBy = (say: () => Promise<boolean>) => (introduce = say);

/** Actions that are on their way. */
export const sending = signal(0);

/** Those of which nobody knows what became. Pressed again, they keep their id and their time. */
const lost = new Map<string, Sent>();
const LOST_AT_MOST = 50;

function made(body: Record<string, unknown>): Sent {
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return { id, by: String(body.by || who.value || NOBODY), body: JSON.stringify({ ...body, id }) };
}

type Answer = { status: number; error: string | null };

/** Null where no answer came, or one of which nobody knows what it says of the action. */
async function send(path: string, body: string, within: number): Promise<Answer | null> {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body, signal: AbortSignal.timeout(within) });
    if (answer.status >= 502) return null;
    const said = (await answer.json()) as { error?: string; why?: Sentence | null };
    lastRefusal = said.why?.key ?? null;
    return { status: answer.status, error: answer.ok ? null : (said.error ? inWords(said.why, said.error) : t("act.refused")) };
  } catch {
    return null;
  }
}

/** What the daemon knows of it; null where it does not answer, or has not decided. */
async function asked({ id, by }: Sent): Promise<Answer | null> {
  const known = await read<Outcome>(`/api/actions/${id}?by=${encodeURIComponent(by)}`);
  if (!known || known.state === "pending") return null;
  return { status: 200, error: known.state === "unknown" ? t("act.not_taken") : known.error && inWords(known.why, known.error) };
}

/** A sentence where it was refused or not taken, null where it was taken. Sent again until an answer comes. */
export async function post(path: string, body: Record<string, unknown>, within = ANSWER_MS): Promise<string | null> {
  sending.value += 1;
  try {
    return await settled(path, body, within);
  } finally {
    sending.value -= 1;
  }
}

async function settled(path: string, body: Record<string, unknown>, within: number): Promise<string | null> {
  const key = `${path} ${JSON.stringify({ ...body, happened_at: undefined })}`;
  const sent = lost.get(key) ?? made(body);
  const name = actionName(String(body.type ?? path.split("/").at(-1)));
  const end = Date.now() + GIVE_UP_MS;
  for (let repeated = false; ; repeated = true) {
    let answer = !repeated || (await introduce()) ? await send(path, sent.body, within) : null;
    // A screen that locked, or a daemon that asks to wait, says nothing of the first time.
    if (answer && lost.has(key) && [401, 403, 429].includes(answer.status)) answer = await asked(sent);
    if (answer) {
      if (lost.delete(key)) became.value = answer.error ? null : name;
      again.value = null;
      return answer.error;
    }
    lost.set(key, sent);
    if (lost.size > LOST_AT_MOST) lost.delete(lost.keys().next().value!);
    if (Date.now() > end) {
      again.value = null;
      return notKnown();
    }
    again.value = name;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}

export const act = (bed: string, body: { type: string } & Record<string, unknown>) =>
  post(`/api/beds/${encodeURIComponent(bed)}/actions`, body);

export const acknowledge = (alarm: string, body: Record<string, string> = { by: who.value }) =>
  post(`/api/alarms/${alarm.split("/").map(encodeURIComponent).join("/")}/acknowledge`, body);

/** What failed last, said in the head until it is dismissed; `what` is the entry, where no sheet says it any more. */
export const trouble = signal<{ what?: string; why: string } | null>(null);
