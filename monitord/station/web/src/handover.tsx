// Handing over: what is open on every occupied bed, read by both, and who takes it.
import { handedTo, post } from "./send_action";
import { forget } from "./draft";
import { clock } from "./format";
import { hello, now, tiles } from "./live";
import { dueTitle, reasonName, sentence } from "./sentences";
import { lock, session } from "./session";
import { ask } from "./sheet";
import type { Away, Bed } from "./types";
import { t } from "./words";

const awaySince = ({ reason: why, since }: Away) =>
  t(why ? "handover.away" : "handover.away_plain", { why: reasonName(why), time: clock(now.value - since) });

/** What the next one must know of a bed, in a few words each. */
export function open(bed: Bed): string[] {
  const session = bed.session;
  if (!session) return [];
  const late = bed.due.filter((item) => item.due < now.value);
  const idle = bed.idle.length;
  return [
    ...bed.alarms.map(
      (alarm) =>
        t("handover.alarm", {
          priority: t(`priority.${alarm.priority}`),
          alarm: sentence(alarm),
          answered: alarm.answered_by ? t("handover.acknowledged", { by: alarm.answered_by }) : t("handover.not_answered"),
        }),
    ),
    ...late.map((item) => t("handover.late", { what: dueTitle(item), time: clock(now.value - item.due) })),
    ...(session.infusion === "paused" ? [t("handover.paused")] : []),
    ...(session.away ? [awaySince(session.away)] : []),
    ...(session.overlays.length ? [session.overlays.join(", ")] : []),
    ...(idle ? [idle === 1 ? t("handover.no_sensor_one") : t("handover.no_sensor", { count: idle })] : []),
  ];
}

const occupied = () => hello.value.beds.flatMap((bed) => tiles.value.get(bed) ?? []).filter((bed) => bed.session);

/** It goes on with what happens while two people read it. */
function Beds() {
  const beds = occupied();
  if (beds.length === 0) return <p>{t("handover.nobody")}</p>;
  return (
    <ul class="points">
      {beds.map((bed) => (
        <li key={bed.bed} class={open(bed).length ? "unmet" : "met"}>
          <b>{bed.label}</b>
          <span>
            {t("handover.phase", {
              who: bed.session!.pseudonym || t("visit.no_pseudonym"),
              phase: bed.session!.phase_title,
              time: clock(now.value - bed.session!.since),
            })}
            {open(bed).map((each) => (
              <span key={each} class="open">
                {each}
              </span>
            ))}
            {open(bed).length === 0 && <span class="open">{t("handover.nothing")}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function handOver(): void {
  ask({
    title: t("handover.title"),
    bed: null,
    text: t("handover.text"),
    done: t("handover.title"),
    timeless: true,
    more: <Beds />,
    fields: [
      { name: "to", label: t("handover.to"), required: true },
      { name: "note", label: t("field.note") },
    ],
    send: async (given) => {
      const refused = await post("/api/suite/hand_over", given);
      if (refused) return refused;
      forget();
      handedTo(given.to ?? "");
      if (session.value?.people) void lock();
      return null;
    },
  });
}
