"""A message of observations: who sent it, of which bed, and what it says, group by group. Pure.

`read_oru` never raises on what a sender writes; what cannot be read as HL7 is an `Unreadable` with the reason,
which is what the sender is answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from devices.hl7.hl7_codes import NO_LOCAL_CODES, LocalCodes
from devices.hl7.hl7_moments import KNOWN_AGAIN, Moment, moment
from devices.hl7.hl7_observations import Observation, observation
from devices.hl7.hl7_segments import USUAL, Delimiters, Segment, delimiters_of, first_text
from devices.readings import Misfit
from monitord.model.frozen import fast_frozen, replace

ROWS_AT_MOST: Final = 4096
"""Segments of one message that are looked at; the largest monitors send some 300."""

OBSERVATIONS: Final = frozenset(
    {("ORU", "R01"), ("ORU", ""), ("ORF", "R04"), ("ORU", "R30"), ("ORU", "R32")}
)
"""What holds readings. Alerts (R40), waves (W01) and everything else are answered and not read."""
EQUIPMENT: Final = 18
"""OBX-18: which device it was."""
TRAINING: Final = frozenset({"T", "D"})
"""MSH-11: of training or debugging, so of no patient."""


Place = tuple[tuple[str, ...], ...]
"""PV1-3 as components of subcomponents, without what is empty at its end."""


class Unreadable(ValueError):  # noqa: N818 - what a message is
    """No HL7 message; the text says why."""


@fast_frozen
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeader:
    """What MSH says; `sent` is MSH-7."""

    signs: Delimiters = USUAL
    application: str = ""
    facility: str = ""
    kind: tuple[str, str] = ("", "")
    control: str = ""
    processing: str = "P"
    version: str = ""
    accept: str = ""
    """MSH-15, who wants an accept acknowledgement; empty in the original mode."""
    apply: str = ""
    """MSH-16, who wants an application acknowledgement."""
    charset: str = ""
    sent: Moment | None = None
    time: str = ""

    @property
    def readings(self) -> bool:
        """Whether such a message holds any."""
        return self.kind in OBSERVATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The observations of one OBR; `taken` is its time, `about` its OBR-4.

    `lost` says that it has a time that is not understood: nobody knows how old its readings are.
    """

    about: str = ""
    taken: Moment | None = None
    lost: bool = False
    observations: tuple[Observation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Oru:
    """A message of readings: PV1-3 as components of subcomponents, and every identity of the device."""

    header: MessageHeader
    place: Place = ()
    devices: frozenset[str] = frozenset()
    groups: tuple[Group, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    content: bytes = b""
    """Of the rows of all observations: a message that is sent again has the same."""

    @property
    def place_text(self) -> str:
        """PV1-3 as written: `ICU^^Bed5&1`."""
        return "^".join("&".join(leaves) for leaves in self.place)


@dataclass(slots=True)
class _Open:
    about: str = ""
    taken: Moment | None = None
    lost: bool = False
    observations: list[Observation] = field(default_factory=list)


def header_of(line: str, zone: tzinfo | None = None) -> MessageHeader:
    """Of an MSH line; Unreadable where its delimiters cannot be used."""
    signs = delimiters_of(line)
    if signs is None or not line.startswith("MSH"):
        raise Unreadable("no usable MSH segment")
    fields = line.split(signs.field)
    time = first_text(fields[_TIME], signs) if len(fields) > _TIME else ""
    control = fields[_CONTROL].strip() if len(fields) > _CONTROL else ""
    try:
        sent = moment(time, zone)
    except ValueError:
        sent = None
    rest = (*fields[:_TIME], "", *fields[_TIME + 1 : _CONTROL], "", *fields[_CONTROL + 1 :])
    short = len(line) <= _LONG_HEADER
    sender = (_sender_again if short else _sender)(rest, signs)
    return replace(sender, control=control[:199], sent=sent, time=time[:30])


_TIME: Final = 6
_CONTROL: Final = 9
"""Where MSH-7 and MSH-10 stand, which differ from message to message of a sender."""
_LONG_HEADER: Final = 400


def _sender(fields: tuple[str, ...], signs: Delimiters) -> MessageHeader:
    """What the header says but for its time and its number."""
    row = Segment("MSH", list(fields), signs)
    return MessageHeader(
        signs=signs,
        application=row.raw(3).strip(),
        facility=row.raw(4).strip(),
        kind=(row.text(9).upper(), row.text(9, 2).upper()),
        processing=row.text(11).upper() or "P",
        version=row.text(12)[:10],
        accept=row.text(15).upper(),
        apply=row.text(16).upper(),
        charset=row.text(18)[:40],
    )


_sender_again: Final = lru_cache(maxsize=KNOWN_AGAIN)(_sender)


def read_oru(
    lines: Sequence[str],
    header: MessageHeader,
    local: LocalCodes = NO_LOCAL_CODES,
    zone: tzinfo | None = None,
) -> Oru:
    """What the lines of one message say; its header was read before."""
    signs = header.signs
    place: Place = ()
    devices = _identities(header.application, signs)
    groups: list[_Open] = []
    misfits: list[Misfit] = []
    content: list[str] = []
    for line in lines[1:ROWS_AT_MOST]:
        name = line[:3]
        if name == "OBX":
            content.append(line)
            fields = line.split(signs.field)
            found = observation(fields, signs, local, zone)
            if len(fields) > EQUIPMENT and fields[EQUIPMENT]:
                devices |= _identities(fields[EQUIPMENT], signs)
            if found is None:
                continue
            if isinstance(found, Misfit):
                misfits.append(found)
                continue
            misfits += found.misfits
            if not groups:
                groups.append(_Open())
            groups[-1].observations.append(found)
        elif name == "OBR":
            groups.append(_obr(line.split(signs.field), signs, zone, misfits))
        elif name == "PV1" and not place:
            place = _place(line, signs)
    return Oru(
        header=header,
        place=place,
        devices=devices,
        groups=tuple(
            Group(
                about=each.about,
                taken=each.taken,
                lost=each.lost,
                observations=tuple(each.observations),
            )
            for each in groups
        ),
        misfits=tuple(misfits),
        content=blake2b(
            "\r".join(content).encode("utf-8", "surrogatepass"), digest_size=16
        ).digest(),
    )


def patient_results(rows: Sequence[str]) -> list[Sequence[str]]:
    """The rows of each patient, each with the header: a message may hold several, each with a PID and a PV1 of its own."""
    # Nearly always it is one.
    names = [row[:3] for row in rows]
    if names.count("PID") < 2 and names.count("PV1") < 2:
        return [rows]
    parts: list[list[str]] = [[rows[0]]]
    seen: set[str] = set()
    for row in rows[1:ROWS_AT_MOST]:
        name = row[:3]
        if name in seen and name in {"PID", "PV1"}:
            parts.append([rows[0]])
            seen = set()
        if name in {"PID", "PV1"}:
            seen.add(name)
        parts[-1].append(row)
    return list(parts)


def place_and_devices(lines: Sequence[str], header: MessageHeader) -> tuple[Place, frozenset[str]]:
    """By what a message is routed, before anything else of it is read."""
    signs = header.signs
    place: Place = ()
    devices = _identities(header.application, signs)
    for line in lines[1:ROWS_AT_MOST]:
        name = line[:3]
        if name == "OBX":
            if line.count(signs.field) >= EQUIPMENT:
                devices |= _identities(line.split(signs.field)[EQUIPMENT], signs)
        elif name == "PV1" and not place:
            place = _place(line, signs)
    return place, devices


def _obr(
    fields: Sequence[str], signs: Delimiters, zone: tzinfo | None, misfits: list[Misfit]
) -> _Open:
    about = _about(fields[4], signs) if len(fields) > 4 else ""
    lost = False
    for number in (7, 14):
        if len(fields) <= number or not fields[number]:
            continue
        try:
            taken = moment(first_text(fields[number], signs), zone)
        except ValueError as error:
            misfits.append(Misfit("time", f"OBR-{number}: {error}"))
            lost = True
            continue
        if taken is not None:
            return _Open(about, taken)
    return _Open(about, lost=lost)


def _about(field: str, signs: Delimiters) -> str:
    row = Segment("OBR", ["", field], signs)
    return " ".join(filter(None, row.components(1)[:2]))


@lru_cache(maxsize=KNOWN_AGAIN)
def _identities(raw: str, signs: Delimiters) -> frozenset[str]:
    """What may name a device: the whole, and each component but the kind of an identity."""
    if not raw.strip():
        return frozenset()
    parts = {signs.unescaped(part).strip() for part in raw.split(signs.component)}
    return frozenset(
        {signs.unescaped(raw).strip(), *parts} - {"", "EUI-64", "ISO", "DNS", "UUID", "L"}
    )


def _place(line: str, signs: Delimiters) -> Place:
    """Of a PV1 line; a bed's is the same in every message."""
    return (_place_again if len(line) <= _LONG_HEADER else _place_in)(line, signs)


def _place_in(line: str, signs: Delimiters) -> Place:
    row = Segment("PV1", line.split(signs.field), signs)
    found = [tuple(leaves) for leaves in row.leaves(3)]
    while found and not any(found[-1]):
        found.pop()
    return tuple(found)


_place_again: Final = lru_cache(maxsize=KNOWN_AGAIN)(_place_in)
