// The legend: what everything on the page means and what to do; the same as a card of one page, to print.
import { signal } from "@preact/signals";
import { MARK } from "./format";
import type { Alarm } from "./types";
import { anotherLanguage, language, LANGUAGES, t } from "./words";
import type { Word } from "./words";

export const showLegend = signal(false);

const PRIORITIES: Alarm["priority"][] = ["high", "medium", "low"];
/** Each look or button, what it means, and what to do. */
const LOOKS: Word[] = ["card.equipment", "card.to_do", "card.clinician", "card.held", "card.unknown", "card.over", "card.simulated"];
const DOING: Word[] = [
  "card.begin",
  "card.acknowledge",
  "card.pause",
  "card.answer",
  "card.help",
  "card.observe",
  "card.late",
  "card.wrong",
  "card.hand_over",
];
const FAILING: Word[] = ["card.not_live", "card.locked", "card.not_monitored", "card.lost_answer"];

/** The language that a tap brings. */
const other = () => LANGUAGES[(LANGUAGES.indexOf(language.value) + 1) % LANGUAGES.length]!;

export function Legend() {
  if (!showLegend.value) return null;
  return (
    <aside class="detail legend" aria-label={t("card.title")}>
      <header>
        <h2>{t("card.title")}</h2>
        <button onClick={anotherLanguage} title={t("language.title")}>
          {t(`language.${other()}`)}
        </button>
        <button onClick={() => window.print()}>{t("card.print")}</button>
        <button onClick={() => (showLegend.value = false)}>{t("button.close")}</button>
      </header>
      <p>{t("card.first")}</p>
      <section>
        <h3>{t("card.see")}</h3>
        <dl>
          {PRIORITIES.map((priority) => (
            <div key={priority}>
              <dt>
                <b class={`mark ${priority}`}>{MARK[priority]}</b> {t(`card.${priority}_look`)}
              </dt>
              <dd>{t(`card.${priority}`)}</dd>
            </div>
          ))}
          <Rows of={LOOKS} />
        </dl>
      </section>
      <section>
        <h3>{t("card.do")}</h3>
        <dl>
          <Rows of={DOING} />
        </dl>
      </section>
      <section>
        <h3>{t("card.fails")}</h3>
        <dl>
          <Rows of={FAILING} />
        </dl>
      </section>
      <p>{t("card.last")}</p>
    </aside>
  );
}

/** Of each word what stands before its first colon, and what after it. */
function Rows({ of }: { of: Word[] }) {
  return (
    <>
      {of.map((word) => {
        const [look = "", ...means] = t(word).split(": ");
        return (
          <div key={word}>
            <dt>{look}</dt>
            <dd>{means.join(": ")}</dd>
          </div>
        );
      })}
    </>
  );
}
