// One page of the limits in force at every chair, in words; those of one patient's own are marked.
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { unit } from "./format";
import { hello, tiles } from "./live";
import { look } from "./bed_explanation";
import { inWords, signalTitle } from "./sentences";
import type { Bed, Limit, Limited } from "./types";
import { t } from "./words";

export const showLimits = signal(false);

export function Limits() {
  if (!showLimits.value) return null;
  const beds = hello.value.beds.flatMap((name) => tiles.value.get(name) ?? []);
  return (
    <aside class="detail limits-page" aria-label={t("limits.label")}>
      <header>
        <h2>{t("limits.title")}</h2>
        <button onClick={() => (showLimits.value = false)}>{t("button.close")}</button>
      </header>
      {beds.map((bed) => (
        <section key={bed.bed} aria-label={bed.label}>
          <h3>
            {bed.label}{" "}
            <small>
              {bed.session
                ? `${bed.session.pseudonym || t("visit.no_pseudonym")} · ${bed.session.phase_title} · ${bed.session.title}`
                : t("limits.suite")}
            </small>
          </h3>
          <OfChair bed={bed} />
        </section>
      ))}
    </aside>
  );
}

/** Asked for when the page is opened, and whenever another phase or another limit may hold. */
function OfChair({ bed }: { bed: Bed }) {
  const [limited, setLimited] = useState<Limited[] | null>(null);
  const { session } = bed;
  useEffect(() => {
    void look(bed.bed).then((known) => known && setLimited(known.limits));
  }, [bed.bed, session?.id, session?.phase, session?.entries]);
  return limited ? <InWords limited={limited} /> : <p class="none">{t("limits.asked")}</p>;
}

/** Every limit of the present phase in words, by signal; what a changing value reaches first stands first. */
export function InWords({ limited }: { limited: Limited[] }) {
  if (limited.length === 0) return <p class="none">{t("limits.none")}</p>;
  return (
    <ul class="in-words">
      {limited.map((each) => (
        <li key={each.signal}>
          <b>
            {signalTitle(each)} <small>{unit(each.unit)}</small>
          </b>
          <span>
            {sorted(each.limits).map((limit) => (
              <span key={`${limit.words} ${limit.priority}`} class={`limit ${limit.priority} ${limit.own ? "own" : ""}`}>
                {t(`priority.${limit.priority}`)} {inWords(limit.says, limit.words)}
                {limit.own && <em> · {t("limits.own")}</em>}
              </span>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

const sorted = (limits: Limit[]): Limit[] =>
  limits.toSorted((a, b) => Number(b.low) - Number(a.low) || Number(b.first) - Number(a.first));
