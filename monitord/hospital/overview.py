"""Every suite and bed as the hospital sees it at this moment: tiles from the suites, folds from the workers.

A suite is silent where no sign of life came for a while, counted by the hospital's own elapsed time, and only while
the cluster itself is there: where that is away, nobody knows of any suite.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from monitord.config.suite.hospital_link import ClusterAccess
from monitord.driver import raise_if_cancelled, run_isolated
from monitord.errors import DeviceError
from monitord.hospital import subjects
from monitord.hospital.answer_message import AnswerMessage, AnswerResult, read_reply
from monitord.hospital.bed_fold import BedFold
from monitord.hospital.cluster_connection import connected
from monitord.hospital.cluster_setup import ClusterPlan, make_ready
from monitord.hospital.partition_fold import KEPT_BED
from monitord.model import SECOND, Span

_log = structlog.get_logger()

AGAIN_S = 1.0
ANSWER_S = 5.0
"""A suite that has not decided an answer by then is out of reach."""
UNOWNED_S = 30.0
"""Partitions that no worker owns for so long: nobody folds their beds."""
LOOKS_S = 2.0
SUBJECT_PARTS = 4
BedName = tuple[str, str]


@dataclass(slots=True)
class SuiteSeen:
    """A suite's last sign of life, and when it came by the hospital's elapsed time (None: never)."""

    heard_at: float | None = None
    now: dict[str, Any] = field(default_factory=dict)


class Overview:
    """Kept up to date while `run` runs."""

    def __init__(
        self, access: ClusterAccess, plan: ClusterPlan, suites: Mapping[str, str], silent: Span
    ) -> None:
        self._access = access
        self._plan = plan
        self._silent_s = silent / SECOND
        self.units = dict(suites)
        self.suites = {suite: SuiteSeen() for suite in suites}
        self.tiles: dict[BedName, dict[str, Any]] = {}
        self._came: dict[BedName, float] = {}
        self.folds: dict[tuple[str, str | None], BedFold] = {}
        self.up = False
        """Whether the cluster is there."""
        self.folded = False
        """Whether every bed that the workers keep was read once since the cluster was there."""
        self._since = 0.0
        self.owned = False
        """Whether every partition had a worker when it was looked last."""
        self._unowned_since: float | None = None
        self._client: Client | None = None

    async def run(self) -> None:
        """Until cancelled, through every loss of the cluster."""
        self._since = _seconds()
        while True:
            await run_isolated(self._follow_once(), "overview")
            raise_if_cancelled()
            await asyncio.sleep(AGAIN_S)

    async def _follow_once(self) -> None:
        """Until the cluster is lost."""
        try:
            async with (
                connected(self._access, "overview") as (client, lost),
                asyncio.TaskGroup() as group,
            ):
                context = await make_ready(client, self._plan)
                self._client, self.up, self._since = client, True, _seconds()
                group.create_task(lost.wait())
                group.create_task(self._follow_suites(client, context))
                group.create_task(self._follow_beds(context))
                group.create_task(self._watch_workers(context))
        except* (DeviceError, NatsError, TimeoutError) as several:
            _log.warning("overview_lost_cluster", error=str(several.exceptions[0]))
        finally:
            self._client, self.up, self.folded, self.owned = None, False, False, False
            self._unowned_since = None

    def silent(self, suite: str) -> bool:
        """Whether the suite is to be missed; never while the cluster is away or has just come back."""
        seen = self.suites[suite].heard_at
        since = self._since if seen is None else max(seen, self._since)
        return self.up and _seconds() - since > self._silent_s

    def has(self, suite: str, bed: str | None) -> bool:
        """Whether the suite has the bed, as far as it said: one that was taken out of its file has not."""
        seen = self.suites.get(suite)
        return seen is not None and (bed is None or bed in seen.now.get("beds", (bed,)))

    def alive(self, suite: str) -> bool:
        """Whether a sign of life came within the time; not the opposite of `silent` where nobody can know."""
        seen = self.suites[suite].heard_at
        return seen is not None and _seconds() - seen <= self._silent_s

    def age_s(self, suite: str, bed: str) -> float | None:
        """How long ago the bed's tile came; None of one that the cluster had kept."""
        came = self._came.get((suite, bed))
        return None if came is None else _seconds() - came

    @property
    def unowned(self) -> bool:
        """Whether beds are folded by nobody."""
        since = self._unowned_since
        return since is not None and _seconds() - since > UNOWNED_S

    async def answer(self, suite: str, answer: AnswerMessage) -> AnswerResult | None:
        """What the suite's engine decided; None where the suite is out of reach."""
        client = self._client
        if client is None or suite not in self.suites or self.silent(suite):
            return None
        try:
            reply = await client.request(
                subjects.answer_subject(suite),
                answer.model_dump_json().encode(),
                timeout=ANSWER_S,
            )
        except (NatsError, TimeoutError):
            return None
        return read_reply(reply.data)

    # What comes.

    async def _follow_suites(self, client: Client, context: JetStreamContext) -> None:
        async def live(message: Msg) -> None:
            self._take(message, live=True)

        async def stored(message: Msg) -> None:
            self._take(message, live=False)

        await client.subscribe(subjects.EVERY_NOW, cb=live)
        config = ConsumerConfig(deliver_policy=DeliverPolicy.LAST_PER_SUBJECT)
        await context.subscribe(
            subjects.EVERY_NOW,
            stream=subjects.NOW,
            cb=stored,
            config=config,
            ordered_consumer=True,
        )

    def _take(self, message: Msg, *, live: bool) -> None:
        parts = message.subject.split(".")
        suite = subjects.name_of(parts[2]) if len(parts) == SUBJECT_PARTS else None
        if suite not in self.suites:
            return
        with contextlib.suppress(ValueError, KeyError, TypeError):
            shown = json.loads(message.data)
            if shown["suite"] != suite:
                return
            bed = subjects.name_of(parts[3])
            if live:
                self.suites[suite].heard_at = _seconds()
            if bed is None:
                self.suites[suite].now = shown
                for name in [each for each in self.tiles if not self.has(*each)]:
                    del self.tiles[name]
                    self._came.pop(name, None)
            elif live or (suite, bed) not in self.tiles:
                # What the stream kept never takes the place of what came since.
                self.tiles[suite, bed] = shown
                if live:
                    self._came[suite, bed] = _seconds()

    async def _follow_beds(self, context: JetStreamContext) -> None:
        bucket = await context.key_value(subjects.BEDS)
        watcher = await bucket.watchall()
        async for each in watcher:
            if each is None:
                self.folded = True
                continue
            bed = KEPT_BED.validate_json(each.value or b"").bed
            self.folds[bed.suite, bed.bed] = bed

    async def _watch_workers(self, context: JetStreamContext) -> None:
        leases = await context.key_value(subjects.LEASES)
        while True:
            keys = set[str]()
            with contextlib.suppress(NatsError, TimeoutError):
                keys = set(await leases.keys())
            raise_if_cancelled()
            self.owned = all(subjects.folded_key(n) in keys for n in range(self._plan.partitions))
            if self.owned:
                self._unowned_since = None
            elif self._unowned_since is None:
                self._unowned_since = _seconds()
            await asyncio.sleep(LOOKS_S)


def _seconds() -> float:
    return asyncio.get_running_loop().time()
