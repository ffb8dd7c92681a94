"""What a replay's lines amount to, for a person: alarms by rule and priority, near misses, hours."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from monitord.model import AlarmEvent, AlarmLine, Priority
from monitord.replay.run.episodes import begins, tells

_SAID = ("rejected:", "columns not used:", "note:")
"""What of the reading's report a person must see who sees nothing else of it."""
_PRIORITIES = tuple(reversed(Priority))


@dataclass(slots=True)
class Summary:
    """Counts what passes through `watch`.

    An alarm is counted where it is first told, by the worst priority that it reached; a latched one whose
    condition comes back is counted again, as it would sound again. One that another alarm silenced from
    its start to its end is not counted.
    """

    alarms: dict[str, list[Priority]] = field(default_factory=dict)
    near_misses: Counter[str] = field(default_factory=Counter)
    _open: dict[str, tuple[str, int]] = field(default_factory=dict)

    def watch(self, lines: Iterator[AlarmLine]) -> Iterator[AlarmLine]:
        """The same lines, counted as they pass."""
        for line in lines:
            self.count(line)
            yield line

    def count(self, line: AlarmLine) -> None:
        """One more line."""
        if line.event is AlarmEvent.NEAR_MISS:
            self.near_misses[line.alarm] += 1
            return
        told = tells(line.event, told=line.inhibited_by is None)
        if begins(line.event, line.reason):
            self._open.pop(line.id, None)
        if told and line.id not in self._open:
            found = self.alarms.setdefault(line.alarm, [])
            self._open[line.id] = (line.alarm, len(found))
            found.append(line.priority)
        elif told:
            rule, place = self._open[line.id]
            found = self.alarms[rule]
            found[place] = max(found[place], line.priority)

    def table(self, header: dict[str, Any]) -> list[str]:
        """The counts as text, widest first column first."""
        hours = float(header.get("hours") or 0)
        rules = sorted({*self.alarms, *self.near_misses})
        width = max([len("rule"), *map(len, rules)])
        head = "".join(f"{priority.word:>8}" for priority in _PRIORITIES)
        rows = [f"{'rule':{width}}{head}{'all':>8}{'per hour':>10}{'near misses':>13}"]
        for rule in rules:
            found = self.alarms.get(rule, [])
            cells = "".join(f"{found.count(priority):>8}" for priority in _PRIORITIES)
            rate = f"{len(found) / hours:.2f}" if hours else "-"
            missed = self.near_misses[rule]
            rows.append(f"{rule:{width}}{cells}{len(found):>8}{rate:>10}{missed:>13}")
        count = sum(map(len, self.alarms.values()))
        rows.append(f"{count} alarms and {self.near_misses.total()} near misses in {hours:.2f} h")
        return rows


def remarks(header: dict[str, Any]) -> list[str]:
    """What a reader must know before the counts."""
    lines = [f"REPLAY {header['recording']}: {header['protocol'] or 'its own protocols'}"]
    if header.get("simulated"):
        lines.append("SIMULATED: nobody was measured")
    if missing := header.get("not_assessed"):
        lines.append(f"not assessed, because not in the recording: {', '.join(missing)}")
    lines += header.get("adapted", [])
    return lines + [line for line in header.get("report", []) if line.startswith(_SAID)]
