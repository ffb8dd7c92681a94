// What can be recorded at this point of the visit: two taps, the second one with a name.
import { useState } from "preact/hooks";
import { act } from "./act";
import { ask } from "./sheet";
import type { Field } from "./sheet";
import type { Bed } from "./types";

const PUMP = "monitord does not control the pump: this records what you did.";
const ARMS = { options: [["", "not said"], ["left", "left"], ["right", "right"]] as [string, string][] };

interface Entry {
  type: string;
  button: string;
  text: string;
  fields?: Field[];
  /** Asked for only after monitord refused without it. */
  override?: boolean;
}

const START: Entry = { type: "start_infusion", button: "Start infusion", text: `You started the pump. ${PUMP}`, override: true };
const STOP: Entry = {
  type: "stop_infusion",
  button: "Stop infusion",
  text: `The infusion has ended or you stopped it. ${PUMP}`,
  fields: [{ name: "reason", label: "Why (if early)" }],
};
const DISCHARGE: Entry = { type: "discharge", button: "Discharge", text: "The patient leaves. This ends the session.", override: true };

function entries(bed: Bed): Entry[] {
  const session = bed.session;
  if (!session)
    return [
      {
        type: "admit",
        button: "Admit",
        text: "Opens a session. Write a pseudonym, never a name.",
        fields: [
          { name: "protocol", label: "Protocol", options: (bed.protocols ?? []).map(({ name, title }) => [name, title]) },
          { name: "pseudonym", label: "Pseudonym" },
          { name: "probe_arm", label: "Probe arm", ...ARMS },
          { name: "cuff_arm", label: "Cuff arm", ...ARMS },
        ],
      },
    ];
  switch (session.stage) {
    case "admitted":
      return [{ type: "start_baseline", button: "Start baseline", text: "The readings before the drug begin." }, START, DISCHARGE];
    case "baseline":
      return [START, DISCHARGE];
    case "infusion":
      return session.infusion === "paused"
        ? [{ type: "resume_infusion", button: "Resume infusion", text: `The pump runs again. ${PUMP}` }, STOP]
        : [
            {
              type: "pause_infusion",
              button: "Pause infusion",
              text: `You paused the pump. ${PUMP}`,
              fields: [{ name: "reason", label: "Why" }],
            },
            STOP,
          ];
    default:
      return [DISCHARGE];
  }
}

/** Signs that staff score, and their scale (see SIGNALS in monitord/model/signals.py). */
const SCALES: [string, string, number][] = [
  ["moaas", "MOAA/S (5 alert - 0 none)", 5],
  ["dissociation", "Dissociation", 3],
  ["nausea", "Nausea", 3],
  ["vomiting", "Vomiting", 3],
  ["dizziness", "Dizziness", 3],
  ["anxiety", "Anxiety", 3],
  ["headache", "Headache", 3],
];

function observe(bed: Bed): void {
  const wanted = bed.due.find((item) => item.manual)?.signals ?? [];
  const first = SCALES.filter(([name]) => wanted.includes(name));
  const rest = SCALES.filter(([name]) => !wanted.includes(name));
  ask({
    title: "Observe",
    bed,
    text: "0 none, 1 mild, 2 moderate, 3 severe. Leave out what was not looked at.",
    done: "Save",
    fields: [
      ...[...first, ...rest].map(([name, label, high]) => ({ name, label, scale: high })),
      { name: "note", label: "Note" },
    ],
    send: (given) => {
      const { by, happened_at, note, ...scored } = given;
      const values = Object.fromEntries(Object.entries(scored).map(([name, value]) => [name, Number(value)]));
      return act(bed.bed, { type: "observe", by, ...(happened_at && { happened_at }), ...(note && { note }), values });
    },
  });
}

export function Actions({ bed }: { bed: Bed }) {
  const [shown, setShown] = useState(false);
  const open = (entry: Entry) =>
    ask({
      title: entry.button,
      bed,
      text: entry.text,
      done: entry.button,
      ...(entry.fields && { fields: entry.fields }),
      ...(entry.override && { override: true }),
      send: (given) => act(bed.bed, { type: entry.type, ...given }),
    });
  return (
    <>
      <button class="more" aria-expanded={shown} onClick={() => setShown(!shown)}>
        {shown ? "Close" : "Actions"}
      </button>
      <Buttons bed={bed} shown={shown} open={open} />
    </>
  );
}

function Buttons({ bed, shown, open }: { bed: Bed; shown: boolean; open: (entry: Entry) => void }) {
  return (
    <div class={shown ? "actions open" : "actions"}>
      {entries(bed).map((entry) => (
        <button key={entry.type} onClick={() => open(entry)}>
          {entry.button}
        </button>
      ))}
      {bed.session && <button onClick={() => observe(bed)}>Observe</button>}
    </div>
  );
}
