"""The page of a diff: each alarm that is lost or comes later as a strip, the worst first, for a verdict; and whole
sessions with both sides.
"""

from collections import Counter
from html import escape
from pathlib import Path
from typing import Final

from monitord.engine.rules.limit import LimitRule
from monitord.model import MINUTE, SECOND, Signal, iso
from monitord.replay.compare.diff import Change, Difference, tally
from monitord.replay.compare.diff_run import Diff
from monitord.replay.compare.diff_sides import RecordedSide, Side
from monitord.replay.html.html_page import heading, items, page, paragraph, strip, table
from monitord.replay.recordings.folder import open_each
from monitord.replay.recordings.recording import Recording
from monitord.replay.run.strips_page import HOW_TO_READ, drawing, folded_strips, remarks_of

AROUND: Final = 2 * MINUTE
DRAWN: Final = 10
"""Sessions that are drawn whole: each brings all its readings into the file."""
VERDICTS: Final = ("", "needed", "helpful", "not needed", "artefact", "cannot tell")

_SAVE: Final = """
<button id="save">Save verdicts as CSV</button>
<script>
// As a spreadsheet takes it for text, and as `read_verdicts` reads it.
const cell = (text) => {
  const plain = /^\\s*[=+\\-@]/.test(text) ? "'" + text : text;
  return /[",\\n]/.test(plain) ? '"' + plain.replaceAll('"', '""') + '"' : plain;
};
document.getElementById("save").addEventListener("click", () => {
  const rows = [...document.querySelectorAll("select[data-session]")].filter((s) => s.value)
    .map((s) => [s.dataset.session, s.dataset.alarm, s.dataset.at, s.value].map(cell).join(","));
  const file = new Blob([["session,alarm,at,verdict", ...rows, ""].join("\\n")], { type: "text/csv" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "verdicts.csv";
  link.click();
});
</script>
"""


def diff_page(found: Diff) -> str:
    """The whole page."""
    shown = [each for each in found.differences if _worse(each)]
    recordings = _open(found, {each.session for each in shown})
    most = _most_differences(found)
    drawn = [_session(name, count, *found.sides[name]) for name, count in most]
    left_out = len({each.session for each in found.differences}) - len(most)
    parts = [
        paragraph(f"A: {found.a}"),
        paragraph(f"B: {found.b}"),
        items(found.notes),
        paragraph(
            f"{found.sessions} sessions: {tally([each.change for each in found.differences])}"
        ),
        heading("Lost, later or less urgent"),
        _SAVE if shown else paragraph("none"),
        *(
            _strip(
                each, *recordings.get(each.session, (None, None)), drawn=each.session in dict(most)
            )
            for each in shown
        ),
        heading("Both sides of the sessions with most differences"),
        paragraph(f"Open one to see it. {HOW_TO_READ}") if drawn else paragraph("none"),
        *drawn,
        paragraph(f"{left_out} more sessions have fewer differences and are not drawn")
        if left_out
        else "",
        heading("Every difference"),
        table([each.row() for each in found.differences]),
        items(found.skipped),
        drawing(),
    ]
    return page("What changes from A to B", parts)


def _most_differences(found: Diff) -> list[tuple[str, int]]:
    """The sessions that are drawn whole; of equals the first by name."""
    counts = Counter(each.session for each in found.differences)
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:DRAWN]


def _session(name: str, count: int, a: Side, b: Side) -> str:
    drawn = a.drawn(), b.drawn()
    notes = items(dict.fromkeys([*remarks_of(drawn[0]), *remarks_of(drawn[1])]))
    return notes + folded_strips(name, f"{name}: {count} differences", *drawn)


def _worse(each: Difference) -> bool:
    if each.change is Change.ADDED:
        return False
    fell = each.before and each.after and each.after.peak < each.before.peak
    return each.change is Change.LOST or bool(fell) or each.later > 0


def _open(found: Diff, sessions: set[str]) -> dict[str, tuple[RecordedSide, Recording]]:
    """The recordings that strips are cut from, of A; each file is read once."""
    wanted: dict[Path, dict[str, tuple[str, RecordedSide]]] = {}
    for name in sorted(sessions):
        side = found.sides[name][0]
        if isinstance(side, RecordedSide):
            wanted.setdefault(side.path, {})[side.patient] = name, side
    opened = {}
    for path, of_file in wanted.items():
        columns = next(iter(of_file.values()))[1].asked.columns
        for recording, _ in open_each(path, columns):
            if recording.patient in of_file:
                name, side = of_file[recording.patient]
                opened[name] = side, recording
    return opened


def _limit(rule: LimitRule, each: Difference) -> float:
    """The limit of the level that the alarm reached, or else the rule's first."""
    worst = each.before.peak if each.before is not None else None
    reached = (level.limit.value for level in rule.levels if level.priority is worst)
    return next(reached, rule.levels[0].limit.value)


def _strip(
    each: Difference, side: RecordedSide | None, recording: Recording | None, *, drawn: bool
) -> str:
    drawing_of_it = ""
    rule = side.protocol.rules.get(each.alarm) if side is not None else None
    signal: Signal | None = getattr(rule, "signal", None)
    if recording is not None and signal is not None:
        limit = _limit(rule, each) if isinstance(rule, LimitRule) else None
        times, values = recording.series(signal)
        drawing_of_it = strip(times, values, at=each.at, around=AROUND, limit=limit)
    options = "".join(f"<option>{verdict}</option>" for verdict in VERDICTS)
    where = f'data-session="{escape(each.session)}" data-alarm="{escape(each.alarm)}" data-at="{iso(each.at)}"'
    look = (
        f' <button data-of="{escape(each.session)}" data-look-at="{each.at / SECOND}">both sides</button>'
        if drawn
        else ""
    )
    return (
        f"<h3>{each.change}: {escape(each.session)}, {iso(each.at)}</h3>"
        f"<p>{escape(each.words())} <label>verdict <select {where}>{options}</select></label>{look}</p>{drawing_of_it}"
    )
