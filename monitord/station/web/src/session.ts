// Who is at this screen, as the daemon knows it. On an open station nobody is asked.
import { computed, effect, signal } from "@preact/signals";
import { trustNames, who } from "./send_action";
import { dead } from "./live";
import { read } from "./fetch_json";
import { refusal } from "./sentences";
import type { Screen } from "./types";
import { t } from "./words";

export const session = signal<Screen | null>(null);
/** There are accounts, and nobody said who stands here: each action asks first. */
export const nobody = computed(() => Boolean(session.value?.people && !session.value.name));

/** Whether to offer a staff action. Where nobody said who stands here, the sheet asks first. */
export const may = (type: string) => !session.value || nobody.value || session.value.may.includes(type);
/** The same of a route, `METHOD /path`. */
export const mayUse = (route: string) => !session.value || nobody.value || session.value.routes.includes(route);
/** Whether it may be done here although nobody is signed in. */
export const mayNameless = (type: string) => nobody.value && session.value!.may.includes(type);

/** Whether who is here may read what came of a form; on an open station everybody may. */
export const mayRead = computed(() => {
  const known = session.value;
  if (!known) return false;
  return known.routes.includes("GET /api/beds/{bed}/confidential") && !nobody.value;
});

const POLL_MS = 30_000;
/** A tap counts as presence; more often than this it need not be told. */
const TOUCH_MS = 20_000;

export async function send(path: string, body: object = {}): Promise<Response | null> {
  const headers = { "content-type": "application/json" };
  const signal = AbortSignal.timeout(8000);
  return fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal }).catch(() => null);
}

/** A sentence where it was refused, null where it was done. */
async function tell(path: string, body: object = {}): Promise<string | null> {
  const answer = await send(`/api/session/${path}`, body);
  await refresh();
  if (!answer) return t("people.no_answer");
  return answer.ok ? null : refusal(answer);
}

export const signIn = (name: string, password: string) => tell("login", { name, password });
export const unlock = (name: string, pin: string) => tell("unlock", { name, pin });
export const join = (body: { name: string; code: string; password: string; pin?: string }) => tell("join", body);
export const choose = (body: Record<string, string>) => tell("secrets", body);
export const lock = () => {
  // At once: whoever comes next must not act under this name while the answer is on its way.
  if (session.value) session.value = { ...session.value, name: null, locked: true };
  return tell("lock");
};
export const signOut = () => tell("logout");

let locking: ReturnType<typeof setTimeout> | undefined;

export async function refresh(): Promise<void> {
  const known = await read<Screen>("/api/session", 3000);
  if (!known) return;
  session.value = known;
  clearTimeout(locking);
  if (known.name) locking = setTimeout(() => void refresh(), known.locks_in_s * 1000 + 300);
}

let touchedAt = 0;

async function touch(): Promise<void> {
  if (!session.value?.name || Date.now() - touchedAt < TOUCH_MS) return;
  touchedAt = Date.now();
  await send("/api/session/touch");
  await refresh();
}

export function start(): void {
  setInterval(() => void refresh(), POLL_MS);
  for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, () => void touch(), true);
  effect(() => {
    // What a screen shows ends with its login: the sign-in page comes instead.
    if (session.value && !session.value.signed_in) location.reload();
    if (!session.value?.people) return;
    trustNames();
    who.value = session.value.name ?? "";
  });
  effect(() => {
    // A stream that was refused looks like a lost daemon; what the daemon says tells them apart.
    if (dead.value) void refresh();
  });
}
