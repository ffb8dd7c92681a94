// Past sessions: found by day, chair and pseudonym, and printed; and the offer to print when somebody was discharged.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { timeOfDay } from "./format";
import { hello, tiles } from "./live";
import { read } from "./fetch_json";
import { recordUrl } from "./record_url";
import { showTrend } from "./review_trend";
import { mayUse } from "./session";
import type { ListedSession } from "./types";
import { language, rich, suiteLanguage, t } from "./words";

export const showSessions = signal(false);
/** Who was discharged last from this page, until somebody printed it or needs it no more. */
const left = signal<{ session: string; label: string } | null>(null);

const REPORT = "GET /api/sessions/{session}/report.{form}";
const DAY_MS = 24 * 60 * 60 * 1000;

export const reportOf = (session: string) =>
  recordUrl(`/api/sessions/${encodeURIComponent(session)}/report.html`, { language: language.value === suiteLanguage.value ? "" : language.value });

/** Opens the report beside this page, and the browser's own window for printing. */
export function print(session: string): void {
  const paper = window.open(reportOf(session));
  paper?.addEventListener("load", () => paper.print());
}

/** The patient of this session left. */
export function offerPrint(session: string, label: string): void {
  if (mayUse(REPORT)) left.value = { session, label };
}

export function PrintBanner() {
  const gone = left.value;
  if (!gone) return null;
  return (
    <div class="banner back" role="status" data-left>
      <p>
        {rich("sessions.left", { bed: <b>{gone.label}</b>, sessions: <i>{t("sessions.title")}</i> })}
      </p>
      <button
        onClick={() => {
          print(gone.session);
          left.value = null;
        }}
      >
        {t("sessions.print_report")}
      </button>
      <button onClick={() => (left.value = null)}>{t("sessions.not_now")}</button>
    </div>
  );
}

export function SessionsButton() {
  if (!mayUse("GET /api/sessions")) return null;
  return <button onClick={() => (showSessions.value = !showSessions.value)}>{t("sessions.title")}</button>;
}

const today = () => {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
};

/** The query for a day of this screen's calendar; an empty day stands for all. */
function query(day: string, bed: string, pseudonym: string): string {
  const begin = day ? new Date(`${day}T00:00`) : null;
  const end = begin && new Date(begin.getFullYear(), begin.getMonth(), begin.getDate() + 1);
  const within: Record<string, string> = begin && end ? { since: String(begin.getTime()), until: String(end.getTime()) } : {};
  return recordUrl("/api/sessions", { bed, pseudonym, ...within });
}

export function Sessions() {
  return showSessions.value ? <Found /> : null;
}

function Found() {
  const [day, setDay] = useState(today);
  const [bed, setBed] = useState("");
  const [pseudonym, setPseudonym] = useState("");
  const [found, setFound] = useState<ListedSession[] | null | undefined>(undefined);
  const look = async () => setFound((await read<ListedSession[]>(query(day, bed, pseudonym))));
  // What is typed is sent when it is said to be whole: each look stands in the record.
  useEffect(() => void look(), [day, bed]);
  return (
    <aside class="detail sessions" aria-label={t("sessions.title")}>
      <header>
        <h2>{t("sessions.title")}</h2>
        <button onClick={() => (showSessions.value = false)}>{t("button.close")}</button>
      </header>
      <section>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void look();
        }}
      >
        <label>
          {t("sessions.day")} <input type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />
        </label>
        <button type="button" onClick={() => setDay("")}>
          {t("sessions.all_days")}
        </button>
        <label>
          {t("sessions.chair")}{" "}
          <select value={bed} onChange={(event) => setBed(event.currentTarget.value)}>
            <option value="">{t("log.all")}</option>
            {hello.value.beds.map((each) => (
              <option key={each} value={each}>
                {tiles.value.get(each)?.label ?? each}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("field.pseudonym")}{" "}
          <input type="search" value={pseudonym} onInput={(event) => setPseudonym(event.currentTarget.value)} />
        </label>
        <button type="submit">{t("sessions.find")}</button>
      </form>
      </section>
      <section>
      {!found || found.length === 0 ? (
        <p class="none">{t(found === undefined ? "limits.asked" : found === null ? "swap.no_answer" : "sessions.none")}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>{t("sessions.day")}</th>
              <th>{t("sessions.from")}</th>
              <th>{t("sessions.until")}</th>
              <th>{t("sessions.chair")}</th>
              <th>{t("field.pseudonym")}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {found.map((each) => (
              <Row key={each.session} each={each} />
            ))}
          </tbody>
        </table>
      )}
      <p class="key">{t("sessions.recorded")}</p>
      </section>
    </aside>
  );
}

function Row({ each }: { each: ListedSession }) {
  const name = `${each.label}, ${each.pseudonym || t("visit.no_pseudonym")}`;
  const nextDay = each.ended !== null && each.ended - each.admitted > DAY_MS;
  return (
    <tr>
      <td>{new Date(each.admitted).toLocaleDateString()}</td>
      <td>{timeOfDay(each.admitted).slice(0, 5)}</td>
      <td>
        {each.ended === null ? t("sessions.open") : timeOfDay(each.ended).slice(0, 5)}
        {nextDay && ` (${new Date(each.ended!).toLocaleDateString()})`}
      </td>
      <td>{each.label}</td>
      <td>{each.pseudonym || t("sessions.no_pseudonym")}</td>
      <td class="buttons">
        {mayUse("GET /api/sessions/{session}/trend") && (
          <button onClick={() => (showTrend.value = each.session)} aria-label={t("review.trends_of", { session: name })}>
            {t("review.trends")}
          </button>
        )}
        {mayUse(REPORT) && (
          <>
            <a class="button" href={reportOf(each.session)} target="_blank" rel="noopener" aria-label={t("sessions.report_of", { session: name })}>
              {t("report")}
            </a>
            <button onClick={() => print(each.session)} aria-label={t("sessions.print_of", { session: name })}>
              {t("sessions.print")}
            </button>
          </>
        )}
      </td>
    </tr>
  );
}
