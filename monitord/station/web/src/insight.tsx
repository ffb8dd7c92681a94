// Why the bed is as it is, and how well each signal was watched: asked for while somebody looks, never pushed.
import { useEffect, useState } from "preact/hooks";
import { timeOfDay, words } from "./format";
import { look } from "./look";
import { Own } from "./own";
import { mayRead } from "./session";
import type { Bed, Explanation, Span } from "./types";

const REFRESH_MS = 10_000;
const QUIET = new Set(["quiet", "rests"]);

/** What the daemon says of the bed, asked again and again; a sentence where it does not answer. */
export function useInsight(bed: Bed): Explanation | string | null {
  const [given, setGiven] = useState<Explanation | string | null>(null);
  useEffect(() => {
    const fetchIt = async () => setGiven((await look(bed.bed)) ?? "The daemon did not answer.");
    void fetchIt();
    const again = setInterval(() => void fetchIt(), REFRESH_MS);
    return () => clearInterval(again);
    // What was entered last may have changed it, and who is here what may be read.
  }, [bed.bed, bed.session?.entries, mayRead.value]);
  return given;
}

export function Insight({ bed, given }: { bed: Bed; given: Explanation | string | null }) {
  const found = typeof given === "string" ? null : given;
  return (
    <>
      {found && <Own bed={bed} terms={found.terms} />}
      <section>
        <h3>Why, and how well watched</h3>
        {typeof given === "string" && <p class="none">{given}</p>}
        {found && <Found given={found} />}
      </section>
    </>
  );
}

function Found({ given }: { given: Explanation }) {
  const quiet = given.rules.filter((rule) => QUIET.has(rule.state));
  return (
    <>
      <ul class="insight">
        {given.rules
          .filter((rule) => !QUIET.has(rule.state))
          .map((rule) => (
            <li key={rule.rule}>
              <b>{rule.name}</b>: {rule.state}
              <ul>
                {rule.lines.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </li>
          ))}
      </ul>
      {given.news2 && <p class="news2">{given.news2}. Shown only: nothing alarms on it.</p>}
      {quiet.length > 0 && <p class="none">Quiet: {quiet.map((rule) => rule.name).join(", ")}</p>}
      {given.coverage.map((signal) => (
        <Ledger key={signal.signal} label={signal.label} spans={signal.spans} />
      ))}
    </>
  );
}

function Ledger({ label, spans }: { label: string; spans: Span[] }) {
  const begin = spans[0]?.begin ?? 0;
  const length = (spans.at(-1)?.end ?? 0) - begin;
  if (length <= 0) return null;
  const said = (span: Span) =>
    `${span.watch}${span.cause && `, ${words(span.cause)}`}, ${timeOfDay(span.begin)} to ${timeOfDay(span.end)}`;
  return (
    <div class="ledger">
      <span>{label}</span>
      <div role="img" aria-label={`${label}: ${spans.map(said).join("; ")}`}>
        {spans.map((span) => (
          <i
            key={span.begin}
            class={span.watch}
            style={{ width: `${((span.end - span.begin) / length) * 100}%` }}
            title={said(span)}
          />
        ))}
      </div>
    </div>
  );
}
