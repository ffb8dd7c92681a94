"""The sessions of a back-test with most alarms, each drawn whole as strips: what to look at first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitord.engine.protocol.protocol import PROTOCOL
from monitord.replay.backtest.assess import Assessed, Job
from monitord.replay.compare.diff_run import session_name
from monitord.replay.recordings.folder import open_each
from monitord.replay.run.limits_in_force import WatchedReplay
from monitord.replay.run.recording_session import open_session
from monitord.replay.run.replay_run import header
from monitord.replay.run.strips_page import strips_page
from monitord.replay.run.summary import remarks

WORST: Final = 10
FOLDER: Final = "strips"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstSession:
    """A session with alarms, and the job that it is of."""

    session: str
    alarms: int
    hours: float
    job: Job

    def page(self, place: int) -> str:
        """Its strips, beside the report; `place` is the session's among the worst, from 1, because two names may be one
        without their signs.
        """
        return f"{FOLDER}/{place}-{re.sub(r'[^A-Za-z0-9_.-]+', '-', self.session)}.html"


def worst(known: Iterable[WorstSession], job: Job, found: Iterable[Assessed]) -> list[WorstSession]:
    """Those known and a job's, the ten with most alarms; of equals the first by name."""
    of_job = (
        WorstSession(session=each.session, alarms=len(each.alarms), hours=each.hours, job=job)
        for each in found
        if each.alarms
    )
    every = sorted([*known, *of_job], key=lambda each: (-each.alarms, each.session))
    return every[:WORST]


def draw_worst(sessions: Iterable[WorstSession], out: Path) -> None:
    """A page of strips for each."""
    (out / FOLDER).mkdir(exist_ok=True)
    for place, each in enumerate(sessions, start=1):
        (out / each.page(place)).write_text(_strips(each), encoding="utf-8")


def _strips(worst_session: WorstSession) -> str:
    job, path = worst_session.job, Path(worst_session.job.path)
    recording, marks = next(
        each
        for each in open_each(path, job.columns)
        if session_name(path, job.called, each[0]) == worst_session.session
    )
    protocol = PROTOCOL.validate_json(job.protocol)
    session = open_session(recording, protocol, phase=job.phase, marks=marks, interval=job.interval)
    watched = WatchedReplay(session=session)
    told = list(watched.lines())
    return strips_page(session, told, watched.in_force, remarks(header(session)))
