// The trends of a whole session, open or long over, with a table beside them.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { timeOfDay, unit } from "./format";
import { read } from "./fetch_json";
import { recordUrl } from "./record_url";
import { signalLabel } from "./sentences";
import type { SessionTrend, Spot } from "./types";
import { TrendPlot } from "./trend";
import { decimal, t } from "./words";

/** The session whose trends are looked at. */
export const showTrend = signal<string | null>(null);

const EVERY_MIN = [1, 5, 15, 30];
const MINUTE_MS = 60_000;

export function TrendsOfSession() {
  return showTrend.value === null ? null : <OfSession key={showTrend.value} session={showTrend.value} />;
}

function OfSession({ session }: { session: string }) {
  const [found, setFound] = useState<SessionTrend | null | undefined>(undefined);
  const [every, setEvery] = useState(5);
  useEffect(() => {
    void read<SessionTrend>(recordUrl(`/api/sessions/${encodeURIComponent(session)}/trend`)).then(setFound);
  }, [session]);
  return (
    <aside class="detail session-trend" aria-label={t("review.trends")}>
      <header>
        <h2>
          {t("review.trends")} {found && <small>{`${found.label} · ${found.pseudonym || t("visit.no_pseudonym")} · ${found.title}`}</small>}
        </h2>
        {found?.simulated && <p class="simulated">{t("simulated")}</p>}
        <button onClick={() => (showTrend.value = null)}>{t("button.close")}</button>
      </header>
      {!found && (
        <section>
          <p class="none">{t(found === undefined ? "limits.asked" : "swap.no_answer")}</p>
        </section>
      )}
      {found && (
        <div class="beside">
          <section>
            <TrendPlot trend={found.trend} marked={() => found} whole />
          </section>
          <section>
            <label>
              {t("review.every")}{" "}
              <select value={every} onChange={(event) => setEvery(Number(event.currentTarget.value))}>
                {EVERY_MIN.map((each) => (
                  <option key={each} value={each}>
                    {t("review.minutes", { count: each })}
                  </option>
                ))}
              </select>
            </label>
            <Table found={found} every={every * MINUTE_MS} />
            <p class="key">{t("sessions.recorded")}</p>
          </section>
        </div>
      )}
    </aside>
  );
}

/** One row each so many minutes, and one at each pressure. */
function times(found: SessionTrend, every: number): number[] {
  const { at, pressures } = found.trend;
  const end = found.ended ?? at.at(-1) ?? found.admitted;
  const rows = new Set(pressures.map((cuff) => cuff.at));
  for (let row = Math.ceil(found.admitted / every) * every; row <= end; row += every) rows.add(row);
  return [...rows].sort((a, b) => a - b);
}

/** The last reading of the time from `after` on until `at`. */
function last(column: { at: number[]; values: (number | null)[] }, after: number, at: number): string {
  for (let n = column.at.length - 1; n >= 0 && column.at[n]! > after; n -= 1) {
    const value = column.values[n];
    if (column.at[n]! <= at && value != null) return decimal(value);
  }
  return "--";
}

function Table({ found, every }: { found: SessionTrend; every: number }) {
  const { trend, spots } = found;
  const rows = times(found, every);
  const cuffs = new Map(trend.pressures.map((cuff) => [cuff.at, cuff]));
  const pressure = (at: number) => {
    const cuff = cuffs.get(at);
    if (!cuff) return "";
    const mean = cuff.mean === null ? "" : ` (${decimal(cuff.mean)})`;
    return `${decimal(cuff.sys)}/${cuff.dia === null ? "--" : decimal(cuff.dia)}${mean}`;
  };
  return (
    <div class="table" tabIndex={0} role="region" aria-label={t("review.table")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("trend.time")}</th>
            <th scope="col">{t("trend.spo2")}</th>
            <th scope="col">{t("trend.pulse")}</th>
            <th scope="col">{t("review.pressure")}</th>
            {spots.map((spot) => (
              <th key={spot.signal} scope="col">
                {signalLabel(spot)} {unit(spot.unit)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((at, n) => (
            <tr key={at}>
              <th scope="row">{timeOfDay(at).slice(0, 5)}</th>
              {/* What was read longer ago did not stand there any more. */}
              <td>{last({ at: trend.at, values: trend.spo2 }, at - MINUTE_MS, at)}</td>
              <td>{last({ at: trend.at, values: trend.pulse_rate }, at - MINUTE_MS, at)}</td>
              <td>{pressure(at)}</td>
              {spots.map((spot: Spot) => (
                <td key={spot.signal}>{last(spot, rows[n - 1] ?? -Infinity, at).replace("--", "")}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
