"""Which family speaks on which port, what a capture holds, and adapters that can't be told apart."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from devices import drivers
from devices.cuffs import suntech
from devices.datagram_port import calls_within
from devices.monitors import intellivue, intellivue_indication
from devices.stream import StreamDriver
from devices.twin.intellivue_twin import IntellivueVoice
from monitord.cli import app
from monitord.commands import lan_calls, port_scan
from monitord.commands.lan_calls import HeardCall, heard_calls
from monitord.commands.port_scan import ScanResult, scan
from monitord.commands.ports import SerialPort, port_warnings
from monitord.driver import DeviceCall
from monitord.errors import DeviceError
from monitord.model import Signal
from monitord.replay.recordings.open_recordings import open_recording
from tests.devices.twinkit import body
from tests.peers import PseudoTerminal

QUICK = 0.4


def stream(driver: StreamDriver, name: str) -> bytes:
    return next(each.stream for each in driver.examples() if each.name == name)


@contextmanager
def speaking(
    folder: Path, data: bytes, answer: Callable[[bytes], bytes] = lambda _: b""
) -> Iterator[tuple[PseudoTerminal, bytearray]]:
    """A device that says `data` over and over; what it was told, too."""
    port = PseudoTerminal(folder / "port")
    told = bytearray()
    end = threading.Event()

    def run() -> None:
        while not end.wait(0.02):
            heard = port.read()
            told.extend(heard)
            try:
                port.write(answer(heard) + data)
            except OSError:
                continue

    voice = threading.Thread(target=run)
    voice.start()
    try:
        yield port, told
    finally:
        end.set()
        voice.join()
        port.unplug()


@pytest.mark.parametrize(
    ("driver", "name", "word", "spo2"),
    [
        (drivers.NONIN, "df2", "nonin format=df2", (97, 96)),
        (drivers.NONIN, "df8", "nonin format=df8", (97, 96)),
        (drivers.MASIMO, "ascii1", "masimo", (97, 96)),
        (drivers.IVY, "messages", "ivy", (98, 97)),
    ],
)
def test_a_scan_names_the_family_and_what_it_reads(
    tmp_path: Path, driver: StreamDriver, name: str, word: str, spo2: tuple[float, ...]
) -> None:
    with speaking(tmp_path, stream(driver, name)) as (port, told):
        (found,) = scan([str(port.path)], seconds=QUICK)
    words = [str(match.candidate) for match in found.matches]
    assert words[0] == word
    assert found.matches[0].readings[Signal.SPO2] in spo2
    assert bytes(told) == b""


def test_a_silent_port_and_bytes_of_no_family_are_said(tmp_path: Path) -> None:
    with speaking(tmp_path, b"") as (port, _):
        assert list(scan([str(port.path)], seconds=0.1)[0].lines()) == [f"{port.path}: silent"]
    with speaking(tmp_path, b"Q" * 40) as (port, _):
        (line,) = scan([str(port.path)], seconds=0.1)[0].lines()
        assert line.endswith("bytes that no family understands")
    (line,) = scan([str(tmp_path / "none")], seconds=0.1)[0].lines()
    assert "cannot open" in line


def test_a_device_that_must_be_asked_is_found_only_when_told_to_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def module(heard: bytes) -> bytes:
        return suntech.encode_cuff(0) if suntech.CUFF in heard else b""

    cuffs = [each for each in port_scan.candidates() if each.name == "suntech"]
    monkeypatch.setattr(port_scan, "candidates", lambda: cuffs)
    with speaking(tmp_path, b"", module) as (port, told):
        assert scan([str(port.path)], seconds=0.2)[0].matches == ()
        assert bytes(told) == b""
        (found,) = scan([str(port.path)], ask=True, seconds=1.5)
    assert [str(match.candidate) for match in found.matches] == ["suntech"]
    assert suntech.START not in told


def test_asking_starts_no_measurement_and_no_pump() -> None:
    """What a codec says by itself, to nobody: none of it inflates or infuses."""
    spoke = 0
    for candidate in port_scan.candidates():
        wire = candidate.make()
        out = b"".join(wire.send_due(at) for at in range(0, 20_000_000, 500_000))
        spoke += bool(out)
        for forbidden in (suntech.START, b"C01\x05", b"RUN", b"\x3a\x87", b"\x3a\x28", b" NC0!E"):
            assert forbidden not in out, candidate
    assert spoke >= 4


MONITOR: dict[str, Any] = {"series": [{"spo2": "97x3600", "pulse_rate": "65x3600"}]}


@contextmanager
def on_the_lan(voice: Any, datagrams: Any) -> Iterator[str]:
    """A device that answers by UDP on this machine, ten times as fast as it would; its address."""
    end = threading.Event()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.settimeout(0.02)

        def run() -> None:
            ticks = 0
            asker: tuple[str, int] | None = None
            while not end.is_set():
                ticks += 1
                out = voice.speak(ticks / 10)
                with suppress(TimeoutError):
                    data, asker = opened.recvfrom(4096)
                    out += voice.answer(datagrams.pack(data), ticks / 10)
                for payload in datagrams.unpack(out):
                    if asker is not None:
                        opened.sendto(payload, asker)

        answering = threading.Thread(target=run)
        answering.start()
        try:
            yield f"udp://127.0.0.1:{opened.getsockname()[1]}"
        finally:
            end.set()
            answering.join()


@contextmanager
def calling(packet: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A device that calls itself out on this machine, on a port of the test's own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.bind(("127.0.0.1", 0))
        port = opened.getsockname()[1]
        opened.close()
    beacon = replace(intellivue_indication.BEACON, port=port, group=None)
    monkeypatch.setattr(drivers.INTELLIVUE, "calls", partial(calls_within, (beacon,)))
    end = threading.Event()

    def run() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
            while not end.wait(0.05):
                for said in (b"something else", packet):
                    caller.sendto(said, ("127.0.0.1", port))

    voice = threading.Thread(target=run)
    voice.start()
    try:
        yield
    finally:
        end.set()
        voice.join()


def test_a_monitor_that_calls_on_the_network_is_listed_and_asked_for_its_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    voice = IntellivueVoice(body(**MONITOR), {})
    with on_the_lan(voice, intellivue.FAMILY.datagrams) as address:
        port = int(address.rpartition(":")[2])
        packet = intellivue_indication.encode("10.9.8.7", port, bed="5")
        with calling(packet, monkeypatch):
            found = [each for each in heard_calls(0.5) if each.driver == "intellivue"]
        # An answer goes to who sent the call, whatever address stands in it.
        assert [str(each) for each in found] == [
            f"{address}: intellivue, calls itself Philips 866062 bed 5"
        ]
        assert scan([address], seconds=0.1)[0].matches == ()
        (seen,) = scan([address], ask=True, seconds=2, of="intellivue")
    (line,) = [line for line in seen.lines() if "intellivue" in line]
    assert "SpO2 97" in line
    assert "PR 65" in line


def test_the_command_asks_who_called_by_its_own_family_and_only_with_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[list[str], str | None]] = []

    def found(
        ports: list[str], *, ask: bool, of: str | None = None, **_: object
    ) -> list[ScanResult]:
        asked.append((ports, of if ask else None))
        return [ScanResult(address=port) for port in ports]

    call = DeviceCall(host="10.0.0.5", port=4601, over="tcp", words="ICU")
    heard = [HeardCall(driver="mindray_pds", call=call), HeardCall(driver="x", error="no card")]
    monkeypatch.setattr(lan_calls, "heard_calls", lambda: heard)
    monkeypatch.setattr(port_scan, "scan", found)
    monkeypatch.setattr("monitord.commands.ports.serial_ports", lambda: ())
    out = CliRunner().invoke(app, ["devices", "--scan"]).output
    assert "tcp://10.0.0.5:4601: mindray_pds, calls itself ICU" in out
    assert "x: calls on the network cannot be heard: no card" in out
    assert asked == [([], None)]
    CliRunner().invoke(app, ["devices", "--scan", "--ask"])
    assert asked[1:] == [(["tcp://10.0.0.5:4601"], "mindray_pds"), ([], None)]


def test_a_call_that_cannot_be_heard_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def deaf(_seconds: float) -> list[Any]:
        raise DeviceError("Address already in use")

    monkeypatch.setattr(drivers.INTELLIVUE, "calls", deaf)
    found = [each for each in heard_calls(0.05) if each.driver == "intellivue"]
    (line,) = map(str, found)
    assert line == "intellivue: calls on the network cannot be heard: Address already in use"
    assert found[0].address == ""


def test_a_capture_of_a_lan_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "monitor.capture"
    voice = IntellivueVoice(body(**MONITOR), {})
    with on_the_lan(voice, intellivue.FAMILY.datagrams) as address:
        command = ["devices", "--capture", address, str(file), "--driver", "intellivue"]
        done = CliRunner().invoke(app, [*command, "--for", "2s"])
        assert done.exit_code == 0, done.output
        wrong = ["devices", "--capture", address, str(tmp_path / "x"), "--driver", "ivy"]
        assert "does not speak UDP" in str(CliRunner().invoke(app, wrong).exception)
    found = open_recording(file)
    assert {Signal.SPO2, Signal.PULSE_RATE} <= set(found.table.signals)


def test_a_capture_is_read_back_as_what_the_driver_makes_of_it(tmp_path: Path) -> None:
    file = tmp_path / "oximeter.capture"
    with speaking(tmp_path, stream(drivers.NONIN, "df8")) as (port, _):
        command = ["devices", "--capture", str(port.path), str(file), "--driver", "nonin"]
        done = CliRunner().invoke(app, [*command, "--set", "format=df8", "--for", "500ms"])
    assert done.exit_code == 0, done.output
    found = open_recording(file)
    assert found.simulated
    assert set(found.table.values[:, 0]) == {97, 96}
    again = CliRunner().invoke(app, [*command, "--for", "500ms"])
    assert again.exit_code != 0


def test_what_the_host_says_is_in_the_capture_too(tmp_path: Path) -> None:
    file = tmp_path / "contec.capture"
    with speaking(tmp_path, stream(drivers.CONTEC, "live")) as (port, _):
        command = ["devices", "--capture", str(port.path), str(file), "--driver", "contec"]
        assert CliRunner().invoke(app, [*command, "--for", "300ms"]).exit_code == 0
    rows: list[dict[str, Any]] = [json.loads(text) for text in file.read_text().splitlines()]
    out = [row["hex"] for row in rows if row.get("dir") == "out"]
    assert out[0] == "7d81a1808080808080"


def test_adapters_with_one_serial_number_or_none_are_warned_of() -> None:
    def adapter(number: int, serial: str) -> SerialPort:
        return SerialPort(
            device=f"/dev/ttyUSB{number}",
            adapter="USB-Serial",
            serial=serial,
            by_path=f"/dev/serial/by-path/{number}",
        )

    ports = [adapter(0, "0001"), adapter(1, "0001"), adapter(2, "A7"), adapter(3, "")]
    shared = "/dev/ttyUSB0 and /dev/ttyUSB1 share the serial number 0001: bind"
    assert port_warnings(ports) == [
        f"{shared} /dev/ttyUSB0 as /dev/serial/by-path/0",
        f"{shared} /dev/ttyUSB1 as /dev/serial/by-path/1",
        "/dev/ttyUSB3: its adapter has no serial number: bind it as /dev/serial/by-path/3",
    ]
    assert port_warnings([SerialPort(device="/dev/ttyS0")]) == []


def test_the_command_scans_the_port_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(ports: list[str], *, ask: bool, **_: object) -> list[ScanResult]:
        assert not ask
        return [ScanResult(address=port) for port in ports]

    monkeypatch.setattr(port_scan, "scan", found)
    done = CliRunner().invoke(app, ["devices", "--scan", "--port", "/dev/x"])
    assert done.exit_code == 0, done.output
    assert "/dev/x: silent" in done.output
    assert "--ask" in done.output
