// One bed at arm's length: its trends to zoom, what was told, what was entered (and can be taken back), every limit.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { act } from "./send_action";
import { correct, correctable, voidable } from "./correct";
import { timeOfDay } from "./format";
import { Insight, useInsight } from "./insight";
import { InWords } from "./limits";
import { lines, lookAtTrend, tiles } from "./live";
import { Lines } from "./log";
import { ReviewButton } from "./review";
import { showTrend } from "./review_trend";
import { may, mayUse } from "./session";
import { actionName, inWords, stepText } from "./sentences";
import { reportOf } from "./sessions";
import { ask } from "./sheet";
import { TrendLine } from "./trend";
import type { Bed, Step } from "./types";
import { t } from "./words";

export const showDetail = signal<string | null>(null);

export function Detail() {
  const bed = showDetail.value === null ? undefined : tiles.value.get(showDetail.value);
  return bed ? <OfBed key={bed.bed} bed={bed} /> : null;
}

function OfBed({ bed }: { bed: Bed }) {
  const given = useInsight(bed);
  useEffect(() => lookAtTrend(bed.bed), [bed.bed]);
  const steps = (given && typeof given !== "string" && given.steps) || (bed.session?.steps ?? []);
  const told = lines.value.filter((line) => line.bed === bed.bed).toReversed();
  return (
    <aside class="detail" aria-label={t("detail.label", { bed: bed.label })}>
      <header>
        <h2>
          {bed.label} <small>{bed.session && `${bed.session.pseudonym} · ${bed.session.title}`}</small>
        </h2>
        {bed.simulated && <p class="simulated">{t("simulated")}</p>}
        <ReviewButton at={bed.bed} />
        {bed.session && mayUse("GET /api/sessions/{session}/trend") && (
          <button onClick={() => (showTrend.value = bed.session!.id)}>{t("review.trends")}</button>
        )}
        {bed.session && mayUse("GET /api/sessions/{session}/report.{form}") && (
          <a class="button" href={reportOf(bed.session.id)} target="_blank" rel="noopener">
            {t("report")}
          </a>
        )}
        <button onClick={() => (showDetail.value = null)}>{t("button.close")}</button>
      </header>
      <section>
        <h3>{t("detail.trend")}</h3>
        <TrendLine key={bed.bed} bed={bed.bed} whole />
      </section>
      <section>
        <h3>{t("detail.entries")}</h3>
        <Steps bed={bed} steps={steps} />
      </section>
      <section>
        <h3>{t("detail.told")}</h3>
        <Lines shown={told} />
      </section>
      <section>
        <h3>{t("detail.limits")}</h3>
        <InWords limited={given && typeof given !== "string" ? given.limits : []} />
      </section>
      <Insight bed={bed} given={given} />
      {bed.idle.length > 0 && (
        <section>
          <h3>{t("detail.no_sensor")}</h3>
          <ul>
            {bed.idle.map((rule) => (
              <li key={rule.rule}>
                {inWords(rule.what, rule.rule)}: {inWords(rule.says, rule.why)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

/** What is entered so much later stands at its own time with a mark. */
const LATER_MS = 1000;

/** What happened last comes first. */
function Steps({ bed, steps }: { bed: Bed; steps: Step[] }) {
  const takeBack = (step: Step) =>
    ask({
      title: t("step.take_back"),
      bed,
      text: t("step.did_not", { entry: actionName(step.type), by: step.by, time: timeOfDay(step.at) }),
      done: t("step.take_back"),
      fields: [{ name: "reason", label: t("field.why") }],
      send: (given) => act(bed.bed, { type: "void", action: step.id, ...given }),
    });
  return (
    <ol class="lines">
      {steps.toSorted((a, b) => b.at - a.at || b.entered_at - a.entered_at).map((step) => (
        <li key={step.id} class={step.voided ? "voided" : ""}>
          <time>{timeOfDay(step.at)}</time>
          <b>{step.by}</b>
          <span>
            {actionName(step.type)}
            {step.text && `: ${stepText(step)}`}
            {step.entered_at - step.at >= LATER_MS && <em class="later"> · {t("step.later", { time: timeOfDay(step.entered_at) })}</em>}
            {step.voided && ` · ${t("step.taken_back")}`}
          </span>
          {may("void") && voidable(step) && (
            <span class="buttons">
              {correctable(step) && may(step.type) && <button onClick={() => void correct(bed, step)}>{t("correct.done")}</button>}
              <button onClick={() => takeBack(step)}>{t("step.take_back")}</button>
            </span>
          )}
        </li>
      ))}
      {steps.length === 0 && <li class="none">{t("step.none")}</li>}
    </ol>
  );
}
