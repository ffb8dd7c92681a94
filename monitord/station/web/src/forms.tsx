// The sheets of a visit: each says what it records, and asks only what cannot be known.
import { act } from "./act";
import type { Field } from "./fields";
import { fresh, number, unit } from "./format";
import { now } from "./live";
import { look } from "./look";
import { ask } from "./sheet";
import type { Bed, Point } from "./types";

export const PUMP = "monitord does not control the pump: this records what you did.";
const ARMS: [string, string][] = [["left", "left"], ["right", "right"]];
const YES_NO: [string, string][] = [["yes", "Yes"], ["no", "No"]];
const REASONS: [string, string][] = [["toilet", "toilet"], ["walk", "walk"], ["other room", "other room"]];

/** Signs that staff score, and their scale (see SIGNALS in monitord/model/signals.py). */
export const SCALES: [string, string, number][] = [
  ["moaas", "MOAA/S (5 alert - 0 none)", 5],
  ["dissociation", "Dissociation", 3],
  ["hallucination", "Hallucination", 3],
  ["anxiety", "Anxiety or agitation", 3],
  ["nausea", "Nausea", 3],
  ["vomiting", "Vomiting", 3],
  ["dizziness", "Dizziness", 3],
  ["double_vision", "Double vision", 3],
  ["headache", "Headache", 3],
  ["visual_disturbance", "Visual disturbance", 3],
  ["dyspnoea", "Short of breath", 3],
  ["chest_pain", "Chest pain", 3],
];
/** What staff ask the patient in one round: all of SCALES but the sedation score. */
const SYMPTOMS = SCALES.map(([name]) => name).filter((name) => name !== "moaas");

export function admit(bed: Bed): void {
  const protocols = bed.protocols;
  const asked = protocols.flatMap((protocol) => protocol.overlays.filter((each) => !each.always));
  const overlays = new Map(asked.map((each) => [each.name, each.asks]));
  ask({
    title: "Admit",
    bed,
    text: "Opens a session. Write a pseudonym, never a name.",
    done: "Admit",
    fields: [
      { name: "protocol", label: "Protocol", options: protocols.map(({ name, title }) => [name, title]) },
      { name: "pseudonym", label: "Pseudonym" },
      ...[...overlays].map(([name, asks]) => ({ name: `_${name}`, label: asks, choices: YES_NO, required: true })),
      { name: "probe_arm", label: "Probe arm", choices: ARMS },
      { name: "cuff_arm", label: "Cuff arm", choices: ARMS },
    ],
    send: async (given) => {
      const chosen = protocols.find((protocol) => protocol.name === given.protocol);
      const wanted = [...overlays.keys()].filter((name) => given[`_${name}`] === "yes");
      const known = new Set(chosen?.overlays.map((each) => each.name));
      const missing = wanted.filter((name) => !known.has(name));
      if (missing.length) return `this protocol has no rules for: ${missing.map((name) => overlays.get(name)).join(" ")}`;
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
      return act(bed.bed, { type, ...when, ...(override && { override }) });
    },
  });
}

const question = (point: Point): Field => ({
  name: point.name,
  label: point.by ? `${point.says}. Otherwise?` : point.title,
  choices: YES_NO,
});

/** One tap for the whole round: 0 for each symptom that has no score yet. */
function noOthers(event: Event): void {
  const form = (event.currentTarget as HTMLButtonElement).form!;
  for (const name of SYMPTOMS) {
    const scores = form.elements.namedItem(name) as RadioNodeList | null;
    if (scores && !scores.value) scores.value = "0";
  }
}

export function observe(bed: Bed): void {
  const wanted = bed.due.filter((item) => item.manual).flatMap((item) => item.signals);
  const first = SCALES.filter(([name]) => wanted.includes(name));
  const rest = SCALES.filter(([name]) => !wanted.includes(name));
  ask({
    title: "Observe",
    bed,
    text: "0 none, 1 mild, 2 moderate, 3 severe. Leave out what was not looked at; a second tap takes a score back.",
    done: "Save",
    more: (
      <button type="button" onClick={noOthers}>
        No other symptoms: 0
      </button>
    ),
    fields: [
      ...[...first, ...rest].map(([name, label, high]) => ({ name, label, scale: high })),
      { name: "resp_rate", label: "Breaths counted in a minute", number: true },
      { name: "note", label: "Note" },
    ],
    send: ({ by, happened_at, note, ...scored }) =>
      act(bed.bed, {
        type: "observe",
        by,
        ...(happened_at && { happened_at }),
        ...(note && { note }),
        values: Object.fromEntries(Object.entries(scored).map(([name, value]) => [name, Number(value)])),
      }),
  });
}

const MEASURED = ["spo2", "pulse_rate", "resp_rate", "nibp_sys", "nibp_dia", "nibp_map"];

/** The patient's own values: what is good at this moment, read before it is accepted. */
export function baseline(bed: Bed): void {
  const readings = bed.signals.filter((each) => MEASURED.includes(each.signal) && fresh(each, now.value));
  ask({
    title: "Accept baseline",
    bed,
    text: "These become the patient's own values, which limits and the list of leaving refer to.",
    done: "Accept",
    timeless: true,
    more: (
      <ul class="points">
        {readings.map((each) => (
          <li key={each.signal} class="met">
            <b>
              {number(each)} {unit(each.unit)}
            </b>
            <span>{each.label}</span>
          </li>
        ))}
        {readings.length === 0 && <li class="unmet">No good reading at this moment.</li>}
      </ul>
    ),
    fields: [{ name: "note", label: "Note" }],
    send: (given) => act(bed.bed, { type: "accept_baseline", ...given }),
  });
}

export function away(bed: Bed): void {
  const most = bed.session?.may_leave ?? 0;
  const spans = [5, 10, 15, 30].filter((minutes) => minutes < most);
  ask({
    title: "Patient away",
    bed,
    text: "Silence of the probes and what falls due are held so long. A reading that comes is judged as ever.",
    done: "Away",
    fields: [
      { name: "reason", label: "Why", choices: REASONS, required: true },
      {
        name: "minutes",
        label: "At most",
        choices: [...spans, most].map((minutes) => [String(minutes), `${minutes} min`]),
        value: String(spans[0] ?? most),
        keep: true,
      },
    ],
    send: ({ minutes, ...given }) => act(bed.bed, { type: "patient_away", minutes: Number(minutes), ...given }),
  });
}
