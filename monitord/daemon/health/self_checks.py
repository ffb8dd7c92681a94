"""Runs what the daemon checks of itself once a second. Each check gives a fault that begins and ends once."""

import asyncio
import sys

from monitord.daemon.current_suite import CurrentSuite
from monitord.daemon.health.clock_check import ClockWatch
from monitord.daemon.health.overload_check import READINGS, ShedWatch, Where
from monitord.daemon.health.route_end_check import RouteEndWatch
from monitord.daemon.health.watcher_check import WatcherWatch, watcher_file
from monitord.daemon.lines.device_lines import Devices
from monitord.daemon.sequencing.clock import LiveClock
from monitord.daemon.sequencing.sequencer import Sequencer
from monitord.notify.channels.terminal import goes_into_log


async def run_self_checks(
    sequencer: Sequencer, devices: Devices, clock: LiveClock, current: CurrentSuite
) -> None:
    """Looks once a second, until cancelled."""

    def shed() -> dict[Where, int]:
        found: dict[Where, int] = {(bed, READINGS): n for bed, n in sequencer.inbox.shed.items()}
        return found | devices.shed

    ends = RouteEndWatch(current, into_log=goes_into_log(sys.stderr))
    watches = (ClockWatch(clock), ShedWatch(shed), WatcherWatch(watcher_file()), ends)
    while True:
        await asyncio.sleep(1)
        for each in watches:
            for bed, fault in each.look(clock.now()):
                sequencer.offer(bed, fault)
