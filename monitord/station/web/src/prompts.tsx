// What the protocol asks in its own words, and the button that records what was done.
import { useElsewhere } from "./elsewhere";
import { clock, timeOfDay } from "./format";
import { now } from "./live";
import { act } from "./send_action";
import { promptAsks } from "./sentences";
import { may } from "./session";
import { ask } from "./sheet";
import type { Bed, Prompt, Session } from "./types";
import { t } from "./words";

export function Prompts({ bed, session }: { bed: Bed; session: Session }) {
  const from = useElsewhere();
  if (session.prompts.length === 0) return null;
  return (
    <ul class="prompts">
      {session.prompts.map((prompt) => (
        <li key={prompt.name} title={prompt.source}>
          <b>{promptAsks(prompt)}</b>{" "}
          <small>
            {t(prompt.why ? "prompt.asks_why" : "prompt.asks", {
              protocol: session.title,
              time: clock(now.value - prompt.since),
              why: prompt.why,
            })}
            {prompt.kept && ` ${t("prompt.kept")}`}
            {done(session, prompt)}
          </small>
          {/* What monitord itself asks, for a clinician, has an action of its own. */}
          {prompt.says === null && !from && may("record_done") && (
            <button onClick={() => record(bed, prompt)} aria-label={t("prompt.done_of", { prompt: promptAsks(prompt) })}>
              {t("prompt.done")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What was entered for it since it asks, newest first. */
const done = (session: Session, prompt: Prompt) =>
  session.steps
    .filter((step) => step.type === "record_done" && !step.voided && step.entered.prompt === prompt.name && step.at >= prompt.since)
    .map((step) => ` · ${t("prompt.was_done", { what: step.text || t("prompt.done_plain"), time: timeOfDay(step.at).slice(0, 5), by: step.by })}`);

const record = (bed: Bed, prompt: Prompt) =>
  ask({
    title: t("prompt.title"),
    bed,
    text: t("prompt.text", { prompt: promptAsks(prompt) }),
    done: t("prompt.record"),
    fields: [{ name: "done", label: t("prompt.what"), required: true }],
    send: (given) => act(bed.bed, { type: "record_done", prompt: prompt.name, ...given }),
  });
