// In the detail: what holds for this patient alone, with who and why, and the buttons that change it.
import { timeOfDay } from "./format";
import { signalLabel } from "./sentences";
import { may, mayRead } from "./session";
import { assess, bounds, fillForm, limit, putRight } from "./terms";
import type { Bed, Level, Terms } from "./types";
import { rich, t, writtenLimit } from "./words";

export function PatientTerms({ bed, terms }: { bed: Bed; terms: Terms }) {
  if (!bed.session) return null;
  return (
    <>
      {bed.session.forms && !mayRead.value && (
        <section>
          <h3>{t("button.forms")}</h3>
          <p class="none">{t("own.sign_in")}</p>
        </section>
      )}
      {terms.concern && (
        <section>
          <h3>{t("own.waits")}</h3>
          <p>
            {rich("own.concern", {
              what: <b>{terms.concern.says}</b>,
              by: terms.concern.by,
              time: timeOfDay(terms.concern.since),
            })}
          </p>
          {may("assess") && <button onClick={() => void assess(bed)}>{t("button.assessed")}</button>}
        </section>
      )}
      {terms.forms.length > 0 && (
        <section>
          <h3>{t("button.forms")}</h3>
          <ul class="own">
            {terms.forms.map((form) => (
              <li key={form.name}>
                <b>{form.title}</b>
                <span>
                  {form.last
                    ? t("own.last_total", { total: form.last.total, by: form.last.by, time: timeOfDay(form.last.at) })
                    : t("own.not_filled")}
                </span>
                {may("fill_form") && (
                  <span class="buttons">
                    <button aria-label={t("own.fill_form", { form: form.title })} onClick={() => void fillForm(bed, form.name, form.title)}>
                      {t("own.fill")}
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>{t("own.limits")}</h3>
        <ul class="own">
          {terms.levels.map((level) => (
            <Row key={`${level.rule} ${level.priority} ${level.was}`} bed={bed} terms={terms} level={level} />
          ))}
        </ul>
      </section>
      <section>
        <h3>{t("own.protocol")}</h3>
        <p>
          {bed.session.overlays.length > 0
            ? t("own.with", { protocol: bed.session.title, overlays: bed.session.overlays.join(", ") })
            : bed.session.title}
        </p>
        {terms.corrected.map((each) => (
          <p key={each.at}>
            {t("own.put_right", { protocol: each.protocol, by: each.by, time: timeOfDay(each.at), why: each.reason })}
          </p>
        ))}
        {may("correct_protocol") && <button onClick={() => void putRight(bed)}>{t("button.correct_protocol")}</button>}
      </section>
    </>
  );
}

function Row({ bed, terms, level }: { bed: Bed; terms: Terms; level: Level }) {
  const made = terms.adjusted.find(
    (each) => each.rule === level.rule && each.priority === level.priority && each.was === level.was,
  );
  const label = signalLabel(level);
  const priority = t(`priority.${level.priority}`);
  const name = `${label} ${writtenLimit(level.limit)} ${priority}`;
  return (
    <li class={made ? "adjusted" : ""}>
      <b>
        {label} {writtenLimit(level.limit)}
      </b>
      <span>
        {made ? t("own.was", { priority, was: writtenLimit(level.was), by: made.by, why: made.reason }) : priority}
      </span>
      <span class="buttons">
        {may("tighten_limit") && (
          <button aria-label={t("own.tighten_limit", { limit: name })} onClick={() => limit(bed, terms, level, "tighten_limit")}>
            {t("own.tighten")}
          </button>
        )}
        {may("adjust_limit") && bounds(terms, level) && (
          <button aria-label={t("own.adjust_limit", { limit: name })} onClick={() => limit(bed, terms, level, "adjust_limit")}>
            {t("own.adjust")}
          </button>
        )}
      </span>
    </li>
  );
}
