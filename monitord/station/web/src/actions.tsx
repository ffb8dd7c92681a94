// What can be recorded at this point of the visit: two taps, the second one with a name.
import { act, trouble } from "./send_action";
import { loudest, pauseAudio } from "./alarm_rows";
import { answer, answerable } from "./answer";
import { correct, correctable } from "./correct";
import { showDetail } from "./detail";
import type { Field } from "./fields";
import { unanswered } from "./format";
import { admit, away, baseline, withList } from "./forms";
import { look } from "./bed_explanation";
import { observe } from "./observe";
import { may, mayUse } from "./session";
import { ask, openAs } from "./sheet";
import { brief } from "./sentences";
import { freeChairs, move, swap } from "./swap";
import { assess, fillForm, putRight } from "./terms";
import type { Bed } from "./types";
import { t } from "./words";

interface Entry {
  /** The staff action, which the role may or may not use. */
  type: string;
  button: string;
  open: () => void;
  /** Where it is posted, when it is of the suite. */
  route?: string;
}

const why = (): Field[] => [{ name: "reason", label: t("field.why") }];

/** An action of which nothing but its time and perhaps its reason must be asked. */
function plain(bed: Bed, type: string, button: string, text: string, fields?: Field[]): Entry {
  const send = (given: Record<string, string>) => act(bed.bed, { type, ...given });
  return { type, button, open: () => ask({ title: button, bed, text, done: button, ...(fields && { fields }), send }) };
}

const start = (bed: Bed): Entry => ({
  type: "start_infusion",
  button: t("button.start_infusion"),
  open: () => void withList(bed, "gate", "start_infusion", t("button.start_infusion"), t("sheet.start", { pump: t("sheet.pump") })),
});
const stop = (bed: Bed) =>
  plain(bed, "stop_infusion", t("button.stop_infusion"), t("sheet.stop", { pump: t("sheet.pump") }), [
    { name: "reason", label: t("field.why_early") },
  ]);
const discharge = (bed: Bed): Entry => ({
  type: "discharge",
  button: t("button.discharge"),
  open: () =>
    void withList(bed, "discharge", "discharge", t("button.discharge"), t("sheet.discharge")),
});

const reaction = (bed: Bed) =>
  plain(
    bed,
    "begin_reaction",
    t("button.reaction"),
    t("sheet.reaction", { pump: t("sheet.pump") }),
    [{ name: "reason", label: t("field.what"), required: true }],
  );

/** Where a prompt of the protocol speaks against it, the reason is asked for. */
const resume = (bed: Bed) =>
  ask({
    title: t("button.resume_infusion"),
    bed,
    text: t("sheet.resume", { pump: t("sheet.pump") }),
    done: t("button.resume_infusion"),
    override: true,
    send: (given) => act(bed.bed, { type: "resume_infusion", ...given }),
  });

const clinician = (bed: Bed): Entry => ({ type: "assess", button: t("button.assessed"), open: () => void assess(bed) });
const steady = (bed: Bed): Entry =>
  plain(
    bed,
    "confirm_steady",
    t("button.steady"),
    t("sheet.steady"),
  );
const allowed = ({ type, route }: Entry) => (route ? mayUse(route) : may(type));

const swapping = (bed: Bed): Entry => ({
  type: "swap_device",
  route: "POST /api/suite/swap",
  button: t("button.swap"),
  open: () => void swap(bed),
});

/** What comes next in the visit. */
function next(bed: Bed): Entry[] {
  const session = bed.session;
  if (!session) return [{ type: "admit", button: t("button.admit"), open: () => admit(bed) }];
  const look: Entry = { type: "observe", button: t("button.observe"), open: () => void observe(bed) };
  if (session.away) return [plain(bed, "patient_back", t("button.back"), t("sheet.back")), look];
  const over = session.reaction
    ? [plain(bed, "end_reaction", t("button.reaction_over"), t("sheet.reaction_over"), why())]
    : [];
  switch (session.stage) {
    case "admitted":
      return [plain(bed, "start_baseline", t("button.start_baseline"), t("sheet.start_baseline")), start(bed), look];
    case "baseline":
      return [
        ...(session.baseline.length ? [] : [{ type: "accept_baseline", button: t("button.accept_baseline"), open: () => baseline(bed) }]),
        start(bed),
        look,
      ];
    case "infusion":
      return session.infusion === "paused"
        ? [...over, { type: "resume_infusion", button: t("button.resume_infusion"), open: () => resume(bed) }, stop(bed), look]
        : [plain(bed, "pause_infusion", t("button.pause_infusion"), t("sheet.pause", { pump: t("sheet.pump") }), why()), stop(bed), look];
    default:
      return [...over, discharge(bed), look];
  }
}

/** The one form of the protocol, or where there are more the list of them. */
async function forms(bed: Bed): Promise<void> {
  const found = (await look(bed.bed))?.terms.forms;
  if (found?.length === 0) trouble.value = { why: t("forms.sign_in") };
  else if (found?.length === 1) await fillForm(bed, found[0]!.name, found[0]!.title);
  else showDetail.value = bed.bed;
}

/** The entry that was made last, among those that who is here may read. */
async function correctLast(bed: Bed): Promise<void> {
  const steps = (await look(bed.bed))?.steps ?? bed.session?.steps ?? [];
  const last = steps.find(correctable);
  if (last) await correct(bed, last);
  else trouble.value = { why: t("correct.nothing") };
}

/** What is wanted now and then. */
function seldom(bed: Bed): Entry[] {
  const session = bed.session;
  if (!session) return [swapping(bed)];
  // An entry on a form is not on the tile.
  const last = session.entries > session.steps.length || session.steps.some(correctable);
  return [
    ...(session.forms ? [{ type: "fill_form", button: t("button.forms"), open: () => void forms(bed) }] : []),
    ...(last ? [{ type: "void", button: t("button.correct_last"), open: () => void correctLast(bed) }] : []),
    ...(session.reaction || session.stage === "admitted" ? [] : [reaction(bed)]),
    plain(
      bed,
      "pause_alarms",
      t("button.pause_technical"),
      t("sheet.pause_technical"),
    ),
    ...(session.may_leave && !session.away ? [{ type: "patient_away", button: t("button.away"), open: () => away(bed) }] : []),
    ...(session.stage === "baseline" && !session.baseline.length
      ? []
      : [{ type: "accept_baseline", button: t("button.accept_baseline"), open: () => baseline(bed) }]),
    ...(session.stage === "recovery" ? [start(bed)] : []),
    ...(session.stage === "recovery" && !session.away ? [] : [discharge(bed)]),
    { type: "tighten_limit", button: t("button.limits"), open: () => (showDetail.value = bed.bed) },
    { type: "correct_protocol", button: t("button.correct_protocol"), open: () => void putRight(bed) },
    swapping(bed),
    ...(freeChairs().length ? [{ type: "move", button: t("button.move"), open: () => move(bed) }] : []),
  ];
}

/** What is done to the alarms beside the acknowledgement, where a tile has no room for more than that. */
function answers(bed: Bed): Entry[] {
  const first = loudest(bed);
  const told = bed.alarms.filter((alarm) => unanswered(alarm) && answerable(alarm));
  return [
    ...(first ? [{ type: "pause_audio", button: t("button.pause_audio"), open: () => void pauseAudio(bed.bed) }] : []),
    ...told.map((alarm) => ({ type: "accept", button: t("button.answer_alarm", { alarm: brief(alarm) }), open: () => answer(alarm) })),
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
        <button class="rest" aria-label={t("button.more_actions")} onClick={() => show(true)}>
          {t("button.more")}
        </button>
      )}
    </div>
  );
}
