// A page with a name is a station: the suite counts on it, and misses it when it falls silent.
import { effect, signal } from "@preact/signals";
import { introduceBy, who } from "./send_action";
import { audible, hidden, locked, tested } from "./attention";
import { tests } from "./live";
import { mayUse, refresh, session } from "./session";
import { ask } from "./sheet";
import { every } from "./timers";

const KEEP = "monitord station";
const EVERY_MS = 5000;

export const name = signal(localStorage.getItem(KEEP) ?? "");
export const unheard = signal(false);

const path = () => `/api/stations/${encodeURIComponent(name.value)}`;
export const send = (to: string, body: object) =>
  fetch(to, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

/** Whether the suite counts on a screen of who is here; not of one on which viewers alone signed in. */
const counted = () => !session.value || session.value.routes.includes("POST /api/stations/{name}");

/** The name that the daemon last took. */
let taken = "";

/** Whether there was an answer. */
async function say(): Promise<boolean> {
  const wanted = name.value;
  if (!wanted || !counted()) return true;
  const answer = await send(path(), { visible: !hidden.value, sound: audible() }).catch(() => null);
  unheard.value = !answer?.ok;
  const before = taken;
  taken = answer?.ok ? wanted : "";
  // A screen with a name may do more while it is locked.
  if (taken && taken !== before) void refresh();
  return answer !== null;
}

export function start(): void {
  introduceBy(say);
  every(EVERY_MS, () => void say());
  effect(() => {
    tested.value = name.value !== "" && tests.value.includes(name.value);
  });
  effect(() => void [name.value, hidden.value, locked.value, session.value, say()]);
}

const enter = () =>
  ask({
    title: "Name this station",
    bed: null,
    text: "The suite then counts on this screen: when it is closed, hidden or silent, the other stations alarm.",
    done: "Name it",
    fields: [{ name: "station", label: "Station (the place where it stands)" }],
    send: async (given) => {
      const wanted = given.station?.trim() ?? "";
      if (!wanted) return "write where this screen stands";
      name.value = wanted;
      localStorage.setItem(KEEP, wanted);
      return null;
    },
  });

const leave = () =>
  ask({
    title: `Take ${name.value} out of use`,
    bed: null,
    text: "This screen goes on showing alarms, but nobody counts on it any more.",
    done: "Take out of use",
    send: async (given) => {
      const answer = await send(`${path()}/dismiss`, { by: given.by }).catch(() => null);
      if (!answer?.ok) return "monitord did not answer";
      name.value = "";
      localStorage.removeItem(KEEP);
      return null;
    },
  });

const answer = () => {
  const told = (by: string) => send(`${path()}/answer`, { by }).catch(() => null);
  if (who.value) return void told(who.value);
  ask({
    title: "Answer the test alarm",
    bed: null,
    text: "You saw and heard it at this screen.",
    done: "Seen and heard",
    timeless: true,
    send: async (given) => ((await told(given.by ?? ""))?.ok ? null : "monitord did not take the answer"),
  });
};

/** It sounds like a medium alarm until somebody here answers. */
export function TestBanner() {
  if (!tested.value) return null;
  return (
    <div class="banner test" role="alert">
      <p>
        <b>TEST ALARM</b> for station {name.value}: no patient is meant.
      </p>
      {mayUse("POST /api/stations/{name}/answer") && (
        <button class="big" onClick={answer}>
          I see and hear it
        </button>
      )}
    </div>
  );
}

export function StationButton() {
  if (name.value && !counted())
    return (
      <button class="unheard" onClick={enter}>
        {`Station ${name.value}: not counted on, sign in`}
      </button>
    );
  if (name.value && !mayUse("POST /api/stations/{name}/dismiss")) return <span>Station {name.value}</span>;
  return (
    <button class={unheard.value ? "unheard" : ""} onClick={name.value ? leave : enter}>
      {name.value ? `Station ${name.value}` : "Name this station"}
    </button>
  );
}
