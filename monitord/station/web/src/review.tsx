// The alarms of the last 72 hours, over all sessions: which, how long, who answered after how long, and the curve of each.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { clock, MARK, timeOfDay } from "./format";
import { hello, now, tiles } from "./live";
import { read } from "./fetch_json";
import { recordUrl } from "./record_url";
import { AlarmCurve } from "./review_strip";
import { showTrend } from "./review_trend";
import { inWords } from "./sentences";
import { mayUse } from "./session";
import type { Alarm, AlarmLog, Reviewed } from "./types";
import { language, t, type Word } from "./words";

/** The place that is looked at first: a bed, `ALL`, or nobody looks. */
export const showReview = signal<string | null>(null);
export const ALL = "";
/** No bed is called so: a bed's name has no blank at its end. */
const SUITE = " ";

const CLASSES: [Alarm["kind"], Word][] = [
  ["physiological", "class.physiological"],
  ["technical", "class.technical"],
  ["task", "class.task"],
];
const PRIORITIES: Alarm["priority"][] = ["high", "medium", "low"];

export function ReviewButton({ at, opened }: { at: string; opened?: () => void }) {
  if (!mayUse("GET /api/review/alarms")) return null;
  const open = () => {
    showReview.value = at;
    opened?.();
  };
  return <button onClick={open}>{t("review.title")}</button>;
}

export function Review() {
  return showReview.value === null ? null : <Looked key={showReview.value} first={showReview.value} />;
}

function asked(place: string, kind: string, priority: string): string {
  const where: Record<string, string> = place === SUITE ? { of: "suite" } : place ? { of: "bed", bed: place } : {};
  return recordUrl("/api/review/alarms", { ...where, kind, priority });
}

function Looked({ first }: { first: string }) {
  const [place, setPlace] = useState(first);
  const [kind, setKind] = useState("");
  const [priority, setPriority] = useState("");
  const [found, setFound] = useState<AlarmLog | null | undefined>(undefined);
  const look = async () => setFound(await read<AlarmLog>(asked(place, kind, priority)));
  useEffect(() => void look(), [place, kind, priority]);
  return (
    <aside class="detail review" aria-label={t("review.title")}>
      <header>
        <h2>{t("review.title")}</h2>
        <button onClick={() => void look()}>{t("review.again")}</button>
        <button onClick={() => (showReview.value = null)}>{t("button.close")}</button>
      </header>
      <section class="asked">
        <label>
          {t("sessions.chair")}{" "}
          <select value={place} onChange={(event) => setPlace(event.currentTarget.value)}>
            <option value={ALL}>{t("log.all")}</option>
            <option value={SUITE}>{t("log.suite")}</option>
            {hello.value.beds.map((each) => (
              <option key={each} value={each}>
                {tiles.value.get(each)?.label ?? each}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("review.class")}{" "}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value)}>
            <option value="">{t("log.all")}</option>
            {CLASSES.map(([each, word]) => (
              <option key={each} value={each}>
                {t(word)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("review.priority")}{" "}
          <select value={priority} onChange={(event) => setPriority(event.currentTarget.value)}>
            <option value="">{t("log.all")}</option>
            {PRIORITIES.map((each) => (
              <option key={each} value={each}>
                {t(`priority.${each}`)}
              </option>
            ))}
          </select>
        </label>
      </section>
      <section class="found" aria-live="polite">
        {found ? <Found log={found} /> : <p class="none">{t(found === undefined ? "limits.asked" : "swap.no_answer")}</p>}
        <p class="key">{t("sessions.recorded")}</p>
      </section>
    </aside>
  );
}

function Found({ log }: { log: AlarmLog }) {
  const since = { since: dayAndTime(log.since), count: log.alarms.length };
  return (
    <>
      <p class="key">{t(log.more ? "review.more" : "review.since", since)}</p>
      <ol class="reviewed">
        {log.alarms.map((each) => (
          <Row key={each.alarm} each={each} />
        ))}
      </ol>
    </>
  );
}

/** With the day, unless it is this one. */
export function dayAndTime(ms: number): string {
  const day = new Date(ms);
  if (day.toDateString() === new Date(now.value || Date.now()).toDateString()) return timeOfDay(ms);
  return `${day.toLocaleDateString(language.value, { weekday: "short", day: "numeric", month: "numeric" })} ${timeOfDay(ms)}`;
}

function Row({ each }: { each: Reviewed }) {
  const [open, setOpen] = useState(false);
  const session = each.session;
  const lasts = clock((each.end ?? Math.max(now.value, each.start)) - each.start);
  return (
    <li class={`${each.priority} ${each.kind}`}>
      <button class="row" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b class={`mark ${each.priority}`} aria-label={t(`alarm.priority_${each.priority}`)}>
          {MARK[each.priority]}
        </b>
        <time>{dayAndTime(each.start)}</time>
        <b>{each.label || t("log.suite_name")}</b>
        <span class="what">
          {inWords(each.says, each.text)}
          <small>
            {[
              each.pseudonym,
              t(each.end === null ? "review.lasting" : "review.lasted", { time: lasts }),
              each.answered_by === null
                ? t("review.unanswered")
                : t("review.answered", { by: each.answered_by || "?", time: clock(each.answered_after ?? 0) }),
              each.simulated ? t("log.simulated") : "",
            ]
              .filter(Boolean)
              .map((text) => ` · ${text}`)}
          </small>
        </span>
      </button>
      {open && (
        <div class="curve">
          <AlarmCurve alarm={each} />
          {session !== null && mayUse("GET /api/sessions/{session}/trend") && (
            <button onClick={() => (showTrend.value = session)}>{t("review.trends")}</button>
          )}
        </div>
      )}
    </li>
  );
}
