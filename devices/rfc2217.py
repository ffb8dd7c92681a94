"""Telnet with the COM port option (RFC 854, 856, 2217): a serial line behind a device server. Pure.

    FF FB|FC|FD|FE option       will, will not, do, do not        FF FF   one byte FF of the device
    FF FA 2C code value FF F0   baud 1, bits 2, parity 3, stop bits 4, control 5; answers have code + 100

A byte FF of the device (255 in Nonin's pleth) comes doubled, and is sent doubled. Line settings, DTR and
RTS are set at the server: isolated interfaces are powered by these two.
"""

import re
from typing import Final

from devices.family import Line

IAC: Final = 0xFF
SE: Final = 0xF0
SB: Final = 0xFA
WILL: Final = 0xFB
WONT: Final = 0xFC
DO: Final = 0xFD
DONT: Final = 0xFE
BINARY: Final = 0
SUPPRESS_GO_AHEAD: Final = 3
COM_PORT: Final = 44
OURS: Final = frozenset({BINARY, SUPPRESS_GO_AHEAD, COM_PORT})
"""Options that both sides may have; every other one is declined."""

SET_BAUD: Final = 1
SET_BITS: Final = 2
SET_PARITY: Final = 3
SET_STOP_BITS: Final = 4
SET_CONTROL: Final = 5
ANSWER: Final = 100
PARITIES: Final = {"N": 1, "O": 2, "E": 3}
NO_FLOW_CONTROL: Final = 1
XON_XOFF: Final = 2
RTS_CTS: Final = 3
DTR_ON: Final = 8
DTR_OFF: Final = 9
RTS_ON: Final = 11
RTS_OFF: Final = 12

LONGEST: Final = 256
"""Bytes of a subnegotiation that are kept: answers have up to 12."""

_COMMAND: Final = re.compile(
    rb"\xff(?:\xff|[\xfb-\xfe].|\xfa(?:[^\xff]|\xff[^\xf0])*\xff\xf0|[^\xfa-\xff])", re.DOTALL
)


class Telnet:
    """One conversation with a device server: what it sends is taken apart, what it is sent put together."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._rest = b""
        self._asked: set[tuple[int, int]] = set()
        self.refused = ""
        """What the server does not do, in words; a port that is set otherwise reads nonsense."""

    def hello(self) -> bytes:
        """Options and line settings, to be sent first."""
        line = self._line
        flow = RTS_CTS if line.rtscts else XON_XOFF if line.xonxoff else NO_FLOW_CONTROL
        options = [(WILL, COM_PORT), (WILL, BINARY), (DO, BINARY), (DO, SUPPRESS_GO_AHEAD)]
        settings = [
            (SET_BAUD, line.baud.to_bytes(4)),
            (SET_BITS, bytes([line.bits])),
            (SET_PARITY, bytes([PARITIES[line.parity]])),
            (SET_STOP_BITS, bytes([line.stopbits])),
            (SET_CONTROL, bytes([flow])),
            (SET_CONTROL, bytes([DTR_ON if line.dtr else DTR_OFF])),
        ]
        if not line.rtscts:  # otherwise the server moves it
            settings.append((SET_CONTROL, bytes([RTS_ON if line.rts else RTS_OFF])))
        asked = b"".join(self._ask(verb, option) for verb, option in options)
        return asked + b"".join(_set(code, value) for code, value in settings)

    def receive(self, data: bytes) -> tuple[bytes, bytes]:
        """The device's bytes in it, and what to answer the server."""
        data = self._rest + data
        payload, answer = bytearray(), bytearray()
        at = 0
        while (found := data.find(IAC, at)) >= 0:
            payload += data[at:found]
            command = _COMMAND.match(data, found, found + LONGEST)
            if command is None and len(data) - found < LONGEST:
                at = found
                break
            # What has no end within its length is given up.
            text = command[0] if command else data[found : found + 2]
            at = found + len(text)
            if text[1] == IAC:
                payload.append(IAC)
            elif text[1] == SB:
                self._told(text[2:-2].replace(b"\xff\xff", b"\xff"))
            elif len(text) == 3:
                answer += self._negotiated(text[1], text[2])
        else:
            payload += data[at:]
            at = len(data)
        self._rest = data[at:]
        return bytes(payload), bytes(answer)

    @staticmethod
    def send(data: bytes) -> bytes:
        """The bytes for the device, as the server wants them."""
        return data.replace(b"\xff", b"\xff\xff")

    def _ask(self, verb: int, option: int) -> bytes:
        self._asked.add((verb, option))
        return bytes([IAC, verb, option])

    def _negotiated(self, verb: int, option: int) -> bytes:
        """Agrees once to what is known, and declines the rest."""
        if verb in {WONT, DONT}:
            if option == COM_PORT and verb == DONT:
                self.refused = "does not speak RFC 2217; where it needs no settings, write tcp://"
            return b""
        yes, no = (DO, DONT) if verb == WILL else (WILL, WONT)
        if option not in OURS:
            return bytes([IAC, no, option])
        return b"" if (yes, option) in self._asked else self._ask(yes, option)

    def _told(self, told: bytes) -> None:
        if len(told) < 3 or told[0] != COM_PORT:
            return
        code, value = told[1], int.from_bytes(told[2:])
        wanted = {
            ANSWER + SET_BAUD: ("baud", self._line.baud),
            ANSWER + SET_BITS: ("bits", self._line.bits),
            ANSWER + SET_PARITY: ("parity", PARITIES[self._line.parity]),
            ANSWER + SET_STOP_BITS: ("stopbits", self._line.stopbits),
        }
        if code in wanted and value != wanted[code][1]:
            name, asked = wanted[code]
            self.refused = f"set {name} to {value} where {asked} was asked for"


def _set(code: int, value: bytes) -> bytes:
    return bytes([IAC, SB, COM_PORT, code]) + value.replace(b"\xff", b"\xff\xff") + bytes([IAC, SE])
