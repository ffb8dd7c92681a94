"""A record's readings as HL7: an IHE PCD-01 message a frame, as the live numbers are sent, in one batch. Pure.

Each message has the time at which its readings arrived; what must not be compared with a limit has no value.
"""

from typing import Final

from monitord.notify.channels.pcd01 import NUMERICS, observation_report
from monitord.notify.channels.pcd04 import escaped, stamp
from monitord.notify.notifier import BedNumerics, Numeric
from monitord.record.record import Record
from monitord.record.record_table import frames

_HEAD: Final = "|^~\\&|MONITORD|"


def hl7_batch(record: Record) -> str:
    """The whole file: FHS, BHS, the messages, BTS, FTS; segments end in CR."""
    suite, bed = escaped(record.suite), record.session.bed or ""
    at = stamp(record.end)
    messages = []
    for number, (arrived, frame) in enumerate(frames(record), 1):
        numerics = tuple(
            Numeric(
                signal=sample.signal,
                value=sample.value if sample.quality.may_raise else None,
                at=arrived,
                doubtful=sample.quality.doubtful,
            )
            for sample in frame.samples
            if sample.signal in NUMERICS
        )
        if numerics:
            shown = BedNumerics(
                suite=record.suite,
                bed=bed,
                session=record.id,
                at=arrived,
                numerics=numerics,
                simulated=record.simulated,
            )
            messages.append(observation_report(shown, f"{record.id}.{number}"))
    return "".join(
        (
            f"FHS{_HEAD}{suite}|||{at}\r",
            f"BHS{_HEAD}{suite}|||{at}\r",
            *messages,
            f"BTS|{len(messages)}\r",
            "FTS|1\r",
        )
    )
