// Handing over: what is open on every occupied bed, read by both, and who takes it.
import { act } from "./send_action";
import { forget } from "./draft";
import { clock, words } from "./format";
import { hello, now, tiles } from "./live";
import { ask } from "./sheet";
import type { Bed } from "./types";

/** What the next one must know of a bed, in a few words each. */
export function open(bed: Bed): string[] {
  const session = bed.session;
  if (!session) return [];
  const late = bed.due.filter((item) => item.due < now.value);
  const idle = bed.idle.length;
  return [
    ...bed.alarms.map(
      (alarm) =>
        `${alarm.priority} alarm: ${alarm.text || words(alarm.key)}` +
        (alarm.answered_by ? `, acknowledged by ${alarm.answered_by}` : ", NOT ANSWERED"),
    ),
    ...late.map((item) => `${item.title}: ${clock(now.value - item.due)} late`),
    ...(session.infusion === "paused" ? ["the infusion is paused"] : []),
    ...(session.away ? [`away${session.away.reason && ` (${session.away.reason})`} since ${clock(now.value - session.away.since)}`] : []),
    ...(session.overlays.length ? [session.overlays.join(", ")] : []),
    ...(idle ? [`${idle} ${idle === 1 ? "alarm has" : "alarms have"} no sensor here`] : []),
  ];
}

const occupied = () => hello.value.beds.flatMap((bed) => tiles.value.get(bed) ?? []).filter((bed) => bed.session);

/** It goes on with what happens while two people read it. */
function Beds() {
  const beds = occupied();
  if (beds.length === 0) return <p>No patient is here: there is nothing to hand over.</p>;
  return (
    <ul class="points">
      {beds.map((bed) => (
        <li key={bed.bed} class={open(bed).length ? "unmet" : "met"}>
          <b>{bed.label}</b>
          <span>
            {bed.session!.pseudonym || "no pseudonym"}, {bed.session!.phase_title} for {clock(now.value - bed.session!.since)}
            {open(bed).map((each) => (
              <span key={each} class="open">
                {each}
              </span>
            ))}
            {open(bed).length === 0 && <span class="open">nothing open</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function handOver(): void {
  ask({
    title: "Hand over",
    bed: null,
    text: "Read this together: it shows what is open at this moment, and is recorded on each of these beds.",
    done: "Hand over",
    timeless: true,
    more: <Beds />,
    fields: [
      { name: "to", label: "Who takes over", required: true },
      { name: "note", label: "Note" },
    ],
    send: async (given) => {
      for (const bed of occupied()) {
        const refused = await act(bed.bed, { type: "hand_over", ...given });
        if (refused) return `${bed.label}: ${refused}`;
      }
      forget();
      return null;
    },
  });
}
