// Why the bed is as it is, and how well each signal was watched: asked for while somebody looks, never pushed.
import { useEffect, useState } from "preact/hooks";
import { timeOfDay } from "./format";
import { look } from "./bed_explanation";
import { PatientTerms } from "./patient_terms";
import { causeName, inWords, signalLabel, word } from "./sentences";
import { mayRead } from "./session";
import type { Bed, Explanation, Span } from "./types";
import { t, type Word } from "./words";

const REFRESH_MS = 10_000;
const QUIET = new Set(["quiet", "rests"]);

/** What the daemon says of the bed, asked again and again; a sentence where it does not answer. */
export function useInsight(bed: Bed): Explanation | string | null {
  const [given, setGiven] = useState<Explanation | string | null>(null);
  useEffect(() => {
    const fetchIt = async () => setGiven((await look(bed.bed)) ?? t("insight.no_answer"));
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
      {found && <PatientTerms bed={bed} terms={found.terms} />}
      <section>
        <h3>{t("insight.title")}</h3>
        {typeof given === "string" && <p class="none">{given}</p>}
        {found && <Found given={found} />}
      </section>
    </>
  );
}

function Found({ given }: { given: Explanation }) {
  const quiet = given.rules.filter((rule) => QUIET.has(rule.state_key));
  return (
    <>
      <ul class="insight">
        {given.rules
          .filter((rule) => !QUIET.has(rule.state_key))
          .map((rule) => (
            <li key={rule.rule}>
              <b>{inWords(rule.what, rule.title)}</b>: {word(`state.${rule.state_key}`, rule.state)}
              <ul>
                {rule.lines.map((line, n) => (
                  <li key={line}>{inWords(rule.says[n], line)}</li>
                ))}
              </ul>
            </li>
          ))}
      </ul>
      {given.news2 && <p class="news2">{t("insight.shown_only", { score: inWords(given.news2_says, given.news2) })}</p>}
      {quiet.length > 0 && <p class="none">{t("insight.quiet", { rules: quiet.map((rule) => inWords(rule.what, rule.title)).join(", ") })}</p>}
      {given.coverage.map((signal) => (
        <Ledger key={signal.signal} label={signalLabel(signal)} spans={signal.spans} />
      ))}
    </>
  );
}

function Ledger({ label, spans }: { label: string; spans: Span[] }) {
  const begin = spans[0]?.begin ?? 0;
  const length = (spans.at(-1)?.end ?? 0) - begin;
  if (length <= 0) return null;
  const said = (span: Span) =>
    t(span.cause ? "insight.span_cause" : "insight.span", {
      watch: t(`watch.${span.watch}` as Word),
      cause: causeName(span.cause),
      from: timeOfDay(span.begin),
      to: timeOfDay(span.end),
    });
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
