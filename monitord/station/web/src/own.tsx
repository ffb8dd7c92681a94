// In the detail: what holds for this patient alone, with who and why, and the buttons that change it.
import { timeOfDay } from "./format";
import { may, mayRead } from "./session";
import { assess, bounds, fillForm, limit, putRight } from "./terms";
import type { Bed, Level, Terms } from "./types";

export function Own({ bed, terms }: { bed: Bed; terms: Terms }) {
  if (!bed.session) return null;
  return (
    <>
      {bed.session.forms && !mayRead.value && (
        <section>
          <h3>Forms</h3>
          <p class="none">Those who may read them sign in first.</p>
        </section>
      )}
      {terms.concern && (
        <section>
          <h3>Waits for a clinician</h3>
          <p>
            <b>{terms.concern.says}</b>, entered by {terms.concern.by} at {timeOfDay(terms.concern.since)}
          </p>
          {may("assess") && <button onClick={() => void assess(bed)}>Patient assessed</button>}
        </section>
      )}
      {terms.forms.length > 0 && (
        <section>
          <h3>Forms</h3>
          <ul class="own">
            {terms.forms.map((form) => (
              <li key={form.name}>
                <b>{form.title}</b>
                <span>
                  {form.last
                    ? `total ${form.last.total}, by ${form.last.by} at ${timeOfDay(form.last.at)}`
                    : "not filled in yet"}
                </span>
                {may("fill_form") && (
                  <span class="buttons">
                    <button aria-label={`Fill in ${form.title}`} onClick={() => void fillForm(bed, form.name, form.title)}>
                      Fill in
                    </button>
                  </span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>Limits of this patient</h3>
        <ul class="own">
          {terms.levels.map((level) => (
            <Row key={`${level.rule} ${level.priority} ${level.was}`} bed={bed} terms={terms} level={level} />
          ))}
        </ul>
      </section>
      <section>
        <h3>Protocol</h3>
        <p>
          {bed.session.protocol} {bed.session.overlays.length > 0 && `with ${bed.session.overlays.join(", ")}`}
        </p>
        {terms.corrected.map((each) => (
          <p key={each.at}>
            Put right to {each.protocol} by {each.by} at {timeOfDay(each.at)}: {each.reason}
          </p>
        ))}
        {may("correct_protocol") && <button onClick={() => void putRight(bed)}>Correct protocol</button>}
      </section>
    </>
  );
}

function Row({ bed, terms, level }: { bed: Bed; terms: Terms; level: Level }) {
  const made = terms.adjusted.find(
    (each) => each.rule === level.rule && each.priority === level.priority && each.was === level.was,
  );
  const name = `${level.label} ${level.limit} ${level.priority}`;
  return (
    <li class={made ? "adjusted" : ""}>
      <b>
        {level.label} {level.limit}
      </b>
      <span>
        {level.priority}
        {made && `, the protocol's is ${level.was}; by ${made.by}: ${made.reason}`}
      </span>
      <span class="buttons">
        {may("tighten_limit") && (
          <button aria-label={`Tighten ${name}`} onClick={() => limit(bed, terms, level, "tighten_limit")}>
            Tighten
          </button>
        )}
        {may("adjust_limit") && bounds(terms, level) && (
          <button aria-label={`Adjust ${name}`} onClick={() => limit(bed, terms, level, "adjust_limit")}>
            Adjust
          </button>
        )}
      </span>
    </li>
  );
}
