// What can be recorded at this point of the visit: two taps, the second one with a name.
import { act, trouble } from "./send_action";
import { loudest, pauseAudio } from "./alarm_rows";
import { answer, answerable } from "./answer";
import { correct, correctable } from "./correct";
import { showDetail } from "./detail";
import type { Field } from "./fields";
import { unanswered } from "./format";
import { admit, away, baseline, PUMP, withList } from "./forms";
import { look } from "./look";
import { observe } from "./observe";
import { may, mayUse } from "./session";
import { ask, openAs } from "./sheet";
import { freeChairs, move, swap } from "./swap";
import { assess, fillForm, putRight } from "./terms";
import type { Bed } from "./types";

interface Entry {
  /** The staff action, which the role may or may not use. */
  type: string;
  button: string;
  open: () => void;
  /** Where it is posted, when it is of the suite. */
  route?: string;
}

const WHY: Field[] = [{ name: "reason", label: "Why" }];

/** An action of which nothing but its time and perhaps its reason must be asked. */
function plain(bed: Bed, type: string, button: string, text: string, fields?: Field[]): Entry {
  const send = (given: Record<string, string>) => act(bed.bed, { type, ...given });
  return { type, button, open: () => ask({ title: button, bed, text, done: button, ...(fields && { fields }), send }) };
}

const start = (bed: Bed): Entry => ({
  type: "start_infusion",
  button: "Start infusion",
  open: () => void withList(bed, "gate", "start_infusion", "Start infusion", `You started the pump. ${PUMP}`),
});
const stop = (bed: Bed) =>
  plain(bed, "stop_infusion", "Stop infusion", `The infusion has ended or you stopped it. ${PUMP}`, [
    { name: "reason", label: "Why (if early)" },
  ]);
const discharge = (bed: Bed): Entry => ({
  type: "discharge",
  button: "Discharge",
  open: () =>
    void withList(bed, "discharge", "discharge", "Discharge", "The patient leaves, as you decide. This ends the session."),
});

const reaction = (bed: Bed) =>
  plain(
    bed,
    "begin_reaction",
    "Reaction",
    `The patient reacts. A running infusion counts as paused by you; readings are wanted more often. ${PUMP}`,
    [{ name: "reason", label: "What", required: true }],
  );

/** Where a prompt of the protocol speaks against it, the reason is asked for. */
const resume = (bed: Bed) =>
  ask({
    title: "Resume infusion",
    bed,
    text: `The pump runs again. ${PUMP}`,
    done: "Resume infusion",
    override: true,
    send: (given) => act(bed.bed, { type: "resume_infusion", ...given }),
  });

const clinician = (bed: Bed): Entry => ({ type: "assess", button: "Patient assessed", open: () => void assess(bed) });
const steady = (bed: Bed): Entry =>
  plain(
    bed,
    "confirm_steady",
    "Numbers are steady",
    "You looked at the probe: it sits well, and the patient's numbers are that steady. This is not asked again in this session.",
  );
const allowed = ({ type, route }: Entry) => (route ? mayUse(route) : may(type));

const swapping = (bed: Bed): Entry => ({
  type: "swap_device",
  route: "POST /api/suite/swap",
  button: "Swap a device",
  open: () => void swap(bed),
});

/** What comes next in the visit. */
function next(bed: Bed): Entry[] {
  const session = bed.session;
  if (!session) return [{ type: "admit", button: "Admit", open: () => admit(bed) }];
  const look: Entry = { type: "observe", button: "Observe", open: () => void observe(bed) };
  if (session.away) return [plain(bed, "patient_back", "Patient back", "The patient is at the bed again."), look];
  const over = session.reaction
    ? [plain(bed, "end_reaction", "Reaction over", "The reaction is over. Whether the infusion goes on is entered apart.", WHY)]
    : [];
  switch (session.stage) {
    case "admitted":
      return [plain(bed, "start_baseline", "Start baseline", "The readings before the drug begin."), start(bed), look];
    case "baseline":
      return [
        ...(session.baseline.length ? [] : [{ type: "accept_baseline", button: "Accept baseline", open: () => baseline(bed) }]),
        start(bed),
        look,
      ];
    case "infusion":
      return session.infusion === "paused"
        ? [...over, { type: "resume_infusion", button: "Resume infusion", open: () => resume(bed) }, stop(bed), look]
        : [plain(bed, "pause_infusion", "Pause infusion", `You paused the pump. ${PUMP}`, WHY), stop(bed), look];
    default:
      return [...over, discharge(bed), look];
  }
}

/** The one form of the protocol, or where there are more the list of them. */
async function forms(bed: Bed): Promise<void> {
  const found = (await look(bed.bed))?.terms.forms;
  if (found?.length === 0) trouble.value = "forms are for those who may read them: sign in first";
  else if (found?.length === 1) await fillForm(bed, found[0]!.name, found[0]!.title);
  else showDetail.value = bed.bed;
}

/** The entry that was made last, among those that who is here may read. */
async function correctLast(bed: Bed): Promise<void> {
  const steps = (await look(bed.bed))?.steps ?? bed.session?.steps ?? [];
  const last = steps.find(correctable);
  if (last) await correct(bed, last);
  else trouble.value = "nothing that was entered can be corrected from here";
}

/** What is wanted now and then. */
function seldom(bed: Bed): Entry[] {
  const session = bed.session;
  if (!session) return [swapping(bed)];
  // An entry on a form is not on the tile.
  const last = session.entries > session.steps.length || session.steps.some(correctable);
  return [
    ...(session.forms ? [{ type: "fill_form", button: "Forms", open: () => void forms(bed) }] : []),
    ...(last ? [{ type: "void", button: "Correct last entry", open: () => void correctLast(bed) }] : []),
    ...(session.reaction || session.stage === "admitted" ? [] : [reaction(bed)]),
    plain(
      bed,
      "pause_alarms",
      "Pause technical alarms",
      "For two minutes what the equipment says is seen and not heard: you see to the probe or the cable. Alarms of the patient go on.",
    ),
    ...(session.may_leave && !session.away ? [{ type: "patient_away", button: "Patient away", open: () => away(bed) }] : []),
    ...(session.stage === "baseline" && !session.baseline.length
      ? []
      : [{ type: "accept_baseline", button: "Accept baseline", open: () => baseline(bed) }]),
    ...(session.stage === "recovery" ? [start(bed)] : []),
    ...(session.stage === "recovery" && !session.away ? [] : [discharge(bed)]),
    { type: "tighten_limit", button: "Limits", open: () => (showDetail.value = bed.bed) },
    { type: "correct_protocol", button: "Correct protocol", open: () => void putRight(bed) },
    swapping(bed),
    ...(freeChairs().length ? [{ type: "move", button: "Move to another chair", open: () => move(bed) }] : []),
  ];
}

/** What is done to the alarms beside the acknowledgement, where a tile has no room for more than that. */
function answers(bed: Bed): Entry[] {
  const first = loudest(bed);
  const told = bed.alarms.filter((alarm) => unanswered(alarm) && answerable(alarm));
  return [
    ...(first ? [{ type: "pause_audio", button: "Pause audio", open: () => void pauseAudio(bed.bed) }] : []),
    ...told.map((alarm) => ({ type: "accept", button: `Answer: ${alarm.brief}`, open: () => answer(alarm) })),
  ];
}

/** Opens again what was half filled in when the page was loaded anew. */
export function reopen(bed: Bed, button: string): void {
  const found = [...next(bed), ...seldom(bed)].filter(allowed).find((entry) => entry.button === button);
  if (found) openAs(placeOf(bed, button), found.open);
}

const placeOf = (bed: Bed, button: string) => ({ bed: bed.bed, session: bed.session?.id ?? null, button });

/** `all`: they stand over the tile, until one is chosen or `show` is told otherwise. */
export function Actions({ bed, all, show }: { bed: Bed; all: boolean; show: (all: boolean) => void }) {
  const rest = seldom(bed).filter(allowed);
  const asked = [
    ...(bed.session?.concern ? [clinician(bed)] : []),
    ...(bed.session && bed.alarms.some(({ key }) => key === "stuck") ? [steady(bed)] : []),
  ];
  const first = [...asked, ...next(bed)].filter(allowed);
  if (first.length + rest.length === 0) return null;
  const list = (entries: Entry[]) =>
    entries.map((entry) => (
      <button key={entry.button} onClick={() => openAs(placeOf(bed, entry.button), entry.open)}>
        {entry.button}
      </button>
    ));
  if (all)
    return (
      <div class="actions open" onClick={(event) => (event.target as HTMLElement).tagName === "BUTTON" && show(false)}>
        {list([...answers(bed), ...first, ...rest])}
      </div>
    );
  return (
    <div class="actions">
      {list(first)}
      {rest.length > 0 && (
        <button class="rest" aria-label="More actions" onClick={() => show(true)}>
          More…
        </button>
      )}
    </div>
  );
}
