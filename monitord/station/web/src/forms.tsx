// The sheets of a visit: each says what it records, and asks only what cannot be known.
import { act } from "./send_action";
import type { Field } from "./fields";
import { fresh, number, unit } from "./format";
import { now } from "./live";
import { look } from "./bed_explanation";
import { inWords, reasonName, signalLabel } from "./sentences";
import { offerPrint } from "./sessions";
import { ask } from "./sheet";
import type { Question } from "./sheet";
import type { Bed, Point } from "./types";
import { t } from "./words";

const arms = (): [string, string][] => [["left", t("admit.left")], ["right", t("admit.right")]];
export const yesNo = (): [string, string][] => [["yes", t("field.yes")], ["no", t("field.no")]];
/** Every wall may show these; the words are those of `AWAY_REASONS`. */
const reasons = (): [string, string][] => ["toilet", "walk", "other room"].map((reason) => [reason, reasonName(reason)]);

export function admit(bed: Bed): void {
  const protocols = bed.protocols;
  const asked = protocols.flatMap((protocol) => protocol.overlays.filter((each) => !each.always));
  const overlays = new Map(asked.map((each) => [each.name, each.asks]));
  ask({
    title: t("button.admit"),
    bed,
    text: t("admit.text"),
    done: t("button.admit"),
    fields: [
      { name: "protocol", label: t("field.protocol"), options: protocols.map(({ name, title }) => [name, title]) },
      { name: "pseudonym", label: t("field.pseudonym") },
      ...[...overlays].map(([name, asks]) => ({ name: `_${name}`, label: asks, choices: yesNo(), required: true })),
      { name: "probe_arm", label: t("admit.probe_arm"), choices: arms() },
      { name: "cuff_arm", label: t("admit.cuff_arm"), choices: arms() },
    ],
    send: async (given) => {
      const chosen = protocols.find((protocol) => protocol.name === given.protocol);
      const wanted = [...overlays.keys()].filter((name) => given[`_${name}`] === "yes");
      const known = new Set(chosen?.overlays.map((each) => each.name));
      const missing = wanted.filter((name) => !known.has(name));
      if (missing.length) return t("admit.no_rules", { what: missing.map((name) => overlays.get(name)).join(" ") });
      const body = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith("_")));
      return act(bed.bed, { type: "admit", ...body, overlays: wanted });
    },
  });
}

/** The list before `type`, its questions asked at once; what still does not hold needs a reason. */
export async function withList(bed: Bed, list: "gate" | "discharge", type: string, title: string, text: string): Promise<void> {
  const points = (await look(bed.bed))?.[list] ?? [];
  const answered = new Map<string, string>();
  ask({
    title,
    bed,
    text,
    done: title,
    points: points.filter((point) => !point.question),
    fields: points.filter((point) => point.question).map(question),
    override: true,
    send: async ({ by = "", happened_at, override, ...said }) => {
      const when = { by, ...(happened_at && { happened_at }) };
      for (const [name, answer] of Object.entries(said)) {
        if (answered.get(name) === answer) continue;
        const refused = await act(bed.bed, { type: "answer_question", question: name, yes: answer === "yes", ...when });
        if (refused) return refused;
        answered.set(name, answer);
      }
      const refused = await act(bed.bed, { type, ...when, ...(override && { override }) });
      if (!refused && type === "discharge" && bed.session) offerPrint(bed.session.id, bed.label);
      return refused;
    },
    ...(type === "start_infusion" && { way: earlier(bed) }),
  });
}

/** A start that lies before the baseline: what was entered as its begin was none, and is taken back. */
const earlier =
  (bed: Bed): Question["way"] =>
  (why, given) => {
    const begun = bed.session?.steps.find((step) => step.type === "start_baseline" && !step.voided);
    if (why !== "no.before_baseline" || !begun) return null;
    return {
      label: t("list.way"),
      before: () =>
        act(bed.bed, { type: "void", action: begun.id, by: given.by, reason: t("list.way_reason") }),
    };
  };

const question = (point: Point): Field => ({
  name: point.name,
  label: point.by ? t("list.otherwise", { said: inWords(point.why, point.says) }) : point.title,
  choices: yesNo(),
});

const MEASURED = ["spo2", "pulse_rate", "resp_rate", "nibp_sys", "nibp_dia", "nibp_map"];

/** The patient's own values: what is good at this moment, read before it is accepted. */
export function baseline(bed: Bed): void {
  const readings = bed.signals.filter((each) => MEASURED.includes(each.signal) && fresh(each, now.value));
  ask({
    title: t("baseline.title"),
    bed,
    text: t("baseline.text"),
    done: t("baseline.done"),
    timeless: true,
    more: (
      <ul class="points">
        {readings.map((each) => (
          <li key={each.signal} class="met">
            <b>
              {number(each)} {unit(each.unit)}
            </b>
            <span>{signalLabel(each)}</span>
          </li>
        ))}
        {readings.length === 0 && <li class="unmet">{t("baseline.none")}</li>}
      </ul>
    ),
    fields: [{ name: "note", label: t("field.note") }],
    send: (given) => act(bed.bed, { type: "accept_baseline", ...given }),
  });
}

export function away(bed: Bed): void {
  const most = bed.session?.may_leave ?? 0;
  const spans = [5, 10, 15, 30].filter((minutes) => minutes < most);
  ask({
    title: t("button.away"),
    bed,
    text: t("away.text"),
    done: t("away.done"),
    fields: [
      { name: "reason", label: t("field.why"), choices: reasons(), required: true },
      {
        name: "minutes",
        label: t("away.at_most"),
        choices: [...spans, most].map((minutes) => [String(minutes), t("away.minutes", { minutes })]),
        value: String(spans[0] ?? most),
        keep: true,
      },
    ],
    send: ({ minutes, ...given }) => act(bed.bed, { type: "patient_away", minutes: Number(minutes), ...given }),
  });
}
