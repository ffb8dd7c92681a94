"""The page of a diff: each alarm that is lost or comes later as a strip, the worst first, for a verdict."""

from html import escape
from typing import Final

from monitord.engine.protocol.protocol import Protocol
from monitord.engine.rules.limit import LimitRule
from monitord.model import MINUTE, Signal, iso
from monitord.replay.compare.diff import Change, Difference, tally
from monitord.replay.compare.diff_run import Diff, session_name
from monitord.replay.html.html_page import heading, items, page, paragraph, strip, table
from monitord.replay.recordings.folder import open_each
from monitord.replay.recordings.recording import Recording

AROUND: Final = 2 * MINUTE
VERDICTS: Final = ("", "needed", "helpful", "not needed", "artefact", "cannot tell")

_SAVE: Final = """
<button id="save">Save verdicts as CSV</button>
<script>
document.getElementById("save").addEventListener("click", () => {
  const rows = [...document.querySelectorAll("select[data-session]")].filter((s) => s.value)
    .map((s) => [s.dataset.session, s.dataset.alarm, s.dataset.at, s.value].join(","));
  const file = new Blob([["session,alarm,at,verdict", ...rows, ""].join("\\n")], { type: "text/csv" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "verdicts.csv";
  link.click();
});
</script>
"""


def diff_page(found: Diff, protocol: Protocol) -> str:
    """The whole page; `protocol` is A's, whose rules say which signal and limit a strip shows."""
    shown = [each for each in found.differences if _worse(each)]
    recordings = _open(found, {each.session for each in shown})
    parts = [
        paragraph(f"A: {found.a}"),
        paragraph(f"B: {found.b}"),
        paragraph(
            f"{found.sessions} sessions: {tally([each.change for each in found.differences])}"
        ),
        heading("Lost, later or less urgent"),
        _SAVE if shown else paragraph("none"),
        *(_strip(each, protocol, recordings.get(each.session)) for each in shown),
        heading("Every difference"),
        table([each.row() for each in found.differences]),
        items(found.skipped),
    ]
    return page("What changes from A to B", parts)


def _worse(each: Difference) -> bool:
    if each.change is Change.ADDED:
        return False
    fell = each.before and each.after and each.after.peak < each.before.peak
    return each.change is Change.LOST or bool(fell) or each.later > 0


def _open(found: Diff, sessions: set[str]) -> dict[str, Recording]:
    """The recordings that strips are cut from, each file read once."""
    opened = {}
    for path in sorted({found.recordings[s] for s in sessions if s in found.recordings}):
        for recording, _ in open_each(path, found.columns):
            name = session_name(path, recording)
            if name in sessions:
                opened[name] = recording
    return opened


def _limit(rule: LimitRule, each: Difference) -> float:
    """The limit of the level that the alarm reached, or else the rule's first."""
    worst = each.before.peak if each.before is not None else None
    reached = (level.limit.value for level in rule.levels if level.priority is worst)
    return next(reached, rule.levels[0].limit.value)


def _strip(each: Difference, protocol: Protocol, recording: Recording | None) -> str:
    rule = protocol.rules.get(each.alarm)
    signal: Signal | None = getattr(rule, "signal", None)
    drawing = ""
    if recording is not None and signal is not None:
        limit = _limit(rule, each) if isinstance(rule, LimitRule) else None
        times, values = recording.series(signal)
        drawing = strip(times, values, at=each.at, around=AROUND, limit=limit)
    options = "".join(f"<option>{verdict}</option>" for verdict in VERDICTS)
    where = f'data-session="{escape(each.session)}" data-alarm="{escape(each.alarm)}" data-at="{iso(each.at)}"'
    return (
        f"<h3>{each.change}: {escape(each.session)}, {iso(each.at)}</h3>"
        f"<p>{escape(each.words())} <label>verdict <select {where}>{options}</select></label></p>{drawing}"
    )
