// A page with a name is a station: the suite counts on it, and misses it when it falls silent.
import { effect, signal } from "@preact/signals";
import { introduceBy, who } from "./send_action";
import { audible, hidden, locked, tested } from "./attention";
import { tests } from "./live";
import { mayUse, refresh, session } from "./session";
import { ask } from "./sheet";
import { every } from "./timers";
import { rich, t } from "./words";

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
    title: t("station.name_title"),
    bed: null,
    text: t("station.name_text"),
    done: t("station.name_done"),
    fields: [{ name: "station", label: t("station.name_field") }],
    send: async (given) => {
      const wanted = given.station?.trim() ?? "";
      if (!wanted) return t("station.name_missing");
      name.value = wanted;
      localStorage.setItem(KEEP, wanted);
      return null;
    },
  });

const leave = () =>
  ask({
    title: t("station.leave_title", { station: name.value }),
    bed: null,
    text: t("station.leave_text"),
    done: t("station.leave_done"),
    send: async (given) => {
      const answer = await send(`${path()}/dismiss`, { by: given.by }).catch(() => null);
      if (!answer?.ok) return t("people.no_answer");
      name.value = "";
      localStorage.removeItem(KEEP);
      return null;
    },
  });

const answer = () => {
  const told = (by: string) => send(`${path()}/answer`, { by }).catch(() => null);
  if (who.value) return void told(who.value);
  ask({
    title: t("station.answer_title"),
    bed: null,
    text: t("station.answer_text"),
    done: t("station.answer_done"),
    timeless: true,
    send: async (given) => ((await told(given.by ?? ""))?.ok ? null : t("station.answer_failed")),
  });
};

/** It sounds like a medium alarm until somebody here answers. */
export function TestBanner() {
  if (!tested.value) return null;
  return (
    <div class="banner test" role="alert">
      <p>
        {rich("station.test", { test: <b>{t("station.test_alarm")}</b>, station: name.value })}
      </p>
      {mayUse("POST /api/stations/{name}/answer") && (
        <button class="big" onClick={answer}>
          {t("station.see_and_hear")}
        </button>
      )}
    </div>
  );
}

export function StationButton() {
  if (name.value && !counted())
    return (
      <button class="unheard" onClick={enter}>
        {t("station.not_counted", { station: name.value })}
      </button>
    );
  if (name.value && !mayUse("POST /api/stations/{name}/dismiss")) return <span>{t("station.named", { station: name.value })}</span>;
  return (
    <button class={unheard.value ? "unheard" : ""} onClick={name.value ? leave : enter}>
      {name.value ? t("station.named", { station: name.value }) : t("station.name_title")}
    </button>
  );
}
