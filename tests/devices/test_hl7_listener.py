"""The HL7 listener on real sockets: who may speak, for which bed, and what each message is answered."""

import asyncio
import functools
import ssl
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from devices.hl7 import hl7_conversation, hl7_driver, hl7_listener
from devices.hl7.hl7_config import HL7_PORT, Hl7DeviceConfig
from devices.hl7.hl7_route import BedRoute, RouteTable
from devices.hl7.hl7_tls import renew
from monitord.driver import RECORDED
from monitord.errors import DeviceError
from monitord.model import SECOND, Cause, Quality, Signal
from tests.devices.hl7_messages import EFFICIA, NIHON_KOHDEN, framed, message
from tests.devices.hl7kit import ListeningBed, Sender, soon, suite
from tests.peers import LoopClock, free_port, until

# Routing.


async def test_one_port_serves_many_beds_by_their_location() -> None:
    beds = {f"bed{number}": {"location": f"ICU^^{number}"} for number in range(1, 4)}
    async with suite(**beds) as found, found.sender() as gateway:
        for number in (3, 1, 2):
            assert await gateway.says(90 + number, place=f"ICU^^{number}&4&1") == "AA"
        assert [found[f"bed{number}"].values() for number in (1, 2, 3)] == [[91], [92], [93]]


@pytest.mark.parametrize(
    ("location", "place", "fits"),
    [
        *(("ICU^^5", "ICU^^5", True), ("ICU^^5", "ICU^^5&x&1", True), ("ICU^^5", "ICU^^6", False)),
        *(
            ("^^ICU&Bed5", "^^ICU&Bed5&3232237756&4601&&1", True),
            ("^^ICU&Bed5", "^^ICU&Bed50", False),
        ),
        *(("*^*^5", "ICU^2^5", True), ("ICU^^5", "ICU^2^5", False), ("5", "ICU^5^5", False)),
        *(("^BED-07", "^BED-07", True), ("^^&10", "^^&10", True), ("^^&10", "^^&11", False)),
        *(("1", "1^^2", False), ("HO Surgery^OR^1", "HO Surgery^OR^1", True)),
    ],
)
def test_a_location_fits_as_a_whole(location: str, place: str, fits: bool) -> None:
    given = tuple(tuple(part.split("&")) for part in place.split("^"))
    assert BedRoute.of(location, None).fits(given, frozenset()) is fits


class Placed:
    """A bed, as a table of routes knows it."""

    def __init__(self, location: str | None, device: str | None) -> None:
        self.route = BedRoute.of(location, device)


_leaf = st.sampled_from(["", "*", "A", "5"])
_locations = st.lists(st.lists(_leaf, min_size=1, max_size=2), min_size=1, max_size=4).map(
    lambda parts: "^".join("&".join(leaves) for leaves in parts)
)


@given(
    st.lists(st.tuples(st.none() | _locations, st.sampled_from([None, "D1", "D2"])), max_size=12),
    _locations,
    st.frozensets(st.sampled_from(["D1", "D2", "D3"])),
)
def test_a_table_of_a_thousand_beds_finds_what_asking_each_would(
    asked: list[tuple[str | None, str | None]], written: str, devices: frozenset[str]
) -> None:
    beds = [Placed(location, device) for location, device in asked]
    place = tuple(tuple(part.split("&")) for part in written.split("^"))
    found = RouteTable(beds).fitting(place, devices)
    assert sorted(map(id, found)) == sorted(
        id(bed) for bed in beds if bed.route.fits(place, devices)
    )


async def test_a_bed_is_known_by_the_identity_of_its_device() -> None:
    beds = {
        "in_msh": {"device": "ACDE48234567ABCD"},
        "in_obx": {"device": "0080190000012345"},
    }
    async with suite(**beds) as found, found.sender() as gateway:
        assert await gateway.says(91, application="X^ACDE48234567ABCD^EUI-64") == "AA"
        rows = list(gateway.reading(92))
        rows[-1] += "|||||||0080190000012345^B40_GE"
        gateway.send(*rows)
        assert await gateway.code() == "AA"
        assert (found["in_msh"].values(), found["in_obx"].values()) == ([91], [92])


async def test_without_location_and_device_everything_of_the_peer_is_the_beds() -> None:
    async with suite(one={"peers": ["127.0.0.1"]}) as found, found.sender() as monitor:
        assert await monitor.says(95, place="^^") == "AA"
        assert found["one"].values() == [95]


async def test_a_message_of_no_bed_is_answered_ae_with_the_reason_unless_it_may_be_ignored() -> (
    None
):
    async with suite() as found, found.sender() as gateway:
        gateway.send(*gateway.reading(95, place="ICU^^9"))
        answer = await gateway.answer()
        assert answer["MSA"][1] == "AE"
        assert "ICU" in answer["MSA"][3]
        assert "no bed" in answer["ERR"][8]
        assert found["one"].values() == []
    async with (
        suite(one={"location": "A^^1", "unrouted": "ignore"}) as found,
        found.sender() as gateway,
    ):
        assert await gateway.says(95, place="ICU^^9") == "AA"


async def test_a_message_that_fits_two_beds_is_nobodys_and_told_at_both() -> None:
    async with (
        suite(one={"location": "*^^1"}, two={"location": "A^*^1"}) as found,
        found.sender() as gateway,
    ):
        assert await gateway.says(95) == "AE"
        assert found["one"].values() == found["two"].values() == []
        assert found["one"].faults(Cause.IDENTITY) == found["two"].faults(Cause.IDENTITY) == [True]


async def test_a_message_of_several_patients_is_given_to_each_of_their_beds() -> None:
    beds = {"one": {"location": "A^^1"}, "two": {"location": "A^^2"}}
    async with suite(**beds) as found, found.sender() as gateway:
        head, *first = gateway.reading(95, place="A^^1")
        _, *second = gateway.reading(84, place="A^^2")
        _, *third = gateway.reading(60, place="A^^3")
        gateway.send(head, "PID|||P1", *first, "PID|||P2", *second)
        assert await gateway.code() == "AA"
        assert (found["one"].values(), found["two"].values()) == ([95], [84])
        gateway.send(head.replace("|1|P|", "|2|P|"), *first[:-1], *third)
        answer = await gateway.answer()
        assert answer["MSA"][1] == "AE"
        assert "no bed" in answer["MSA"][3]
        assert (found["one"].values(), found["two"].values()) == ([95], [84])


# Who may speak.


async def test_a_sender_that_is_not_named_is_answered_ar_counted_and_said_once() -> None:
    with structlog.testing.capture_logs() as logs:
        async with suite(one={"peers": ["192.0.2.7"], "location": "A^^1"}) as found:
            for _ in range(3):
                async with found.sender() as stranger:
                    stranger.send(*stranger.reading(95))
                    answer = await stranger.answer()
                    assert answer["MSA"][1] == "AR"
                    assert "127.0.0.1" in answer["MSA"][3]
            assert found["one"].values() == []
    assert [line["peer"] for line in logs if line["event"] == "hl7_sender_refused"] == ["127.0.0.1"]


async def test_a_stranger_is_heard_for_a_few_messages_and_some_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7_listener, "STRANGER_S", 0.2)
    async with suite(one={"peers": ["192.0.2.7"], "location": "A^^1"}) as found:
        async with found.sender() as stranger:
            for _ in range(20):
                stranger.send(*stranger.reading(95))
            data = b""
            while more := await soon(stranger.reader.read(65536)):
                data += more
            assert 4 <= data.count(b"MSA|AR") <= 20
        async with found.sender() as silent:
            assert await soon(silent.reader.read()) == b""


async def test_a_peer_may_serve_its_own_bed_and_no_other() -> None:
    beds = {
        "ours": {"location": "A^^1", "peers": ["127.0.0.1"]},
        "theirs": {"location": "A^^2", "peers": ["192.0.2.7"]},
    }
    async with suite(**beds) as found, found.sender() as gateway:
        assert await gateway.says(95, place="A^^2") == "AE"
        assert await gateway.says(96, place="A^^1") == "AA"
        assert (found["ours"].values(), found["theirs"].values()) == ([96], [])


async def test_a_peer_may_be_a_name() -> None:
    async with (
        suite(one={"location": "A^^1", "peers": ["localhost"]}) as found,
        found.sender() as gateway,
    ):
        assert await gateway.says(95) == "AA"


async def test_connections_are_capped() -> None:
    async with suite(one={"location": "A^^1", "connections": 8}) as found:
        many = [await asyncio.open_connection("127.0.0.1", found.port) for _ in range(12)]
        for reader, _ in many[8:]:
            assert await soon(reader.read()) == b""
        many[0][1].write(framed(message(*Sender(*many[0], found.clock).reading(95))))
        assert b"MSA|AA" in await soon(many[0][0].read(4096))
        for _, writer in many:
            writer.transport.abort()


# A second sender.


async def test_a_second_sender_for_one_bed_is_refused_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with suite() as found, found.sender() as first, found.sender() as second:
        assert await first.says(95) == "AA"
        second.send(*second.reading(60, application="OTHER"))
        answer = await second.answer()
        assert answer["MSA"][1] == "AE"
        assert "another sender" in answer["MSA"][3]
        assert await first.says(94, control="2") == "AA"
        assert found["one"].values() == [95, 94]
        assert found["one"].faults(Cause.IDENTITY) == [True]


async def test_the_second_sender_follows_when_the_first_is_silent_and_both_are_told_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7_driver, "HOLDS", SECOND // 2)
    monkeypatch.setattr(hl7_driver, "LOOKS_S", 0.02)
    async with suite() as found, found.sender() as first, found.sender() as second:
        assert await first.says(95) == "AA"
        assert await second.says(60, application="OTHER") == "AE"
        await until(lambda: found["one"].faults(Cause.IDENTITY) == [True, False])
        assert await second.says(61, application="OTHER") == "AA"
        assert found["one"].values() == [95, 61]


# Answers.


@pytest.mark.parametrize(
    ("ack", "expected"),
    [
        ("", ["AA"]),
        ("AL", ["AA"]),
        ("AL|NE", ["CA"]),
        ("NE|AL", ["AA"]),
        ("AL|AL", ["CA", "AA"]),
        ("SU|SU", ["CA", "AA"]),
    ],
)
async def test_a_sender_gets_the_acknowledgements_that_it_wants(
    ack: str, expected: list[str]
) -> None:
    async with suite() as found, found.sender() as gateway:
        gateway.send(*gateway.reading(95, ack=ack, control="C4711"))
        for code in expected:
            answer = await gateway.answer()
            assert answer["MSA"][1:3] == [code, "C4711"]
            assert answer["MSH"][8] == "ACK^R01^ACK"
            assert answer["MSH"][11] == "2.6"


@pytest.mark.parametrize("ack", ["NE|NE", "ER|NE", "NE"])
async def test_a_sender_that_wants_none_gets_none(ack: str) -> None:
    async with suite() as found, found.sender() as gateway:
        gateway.send(*gateway.reading(95, ack=ack))
        await until(lambda: found["one"].values() == [95])
        assert await gateway.says(94, control="second") == "AA"


async def test_on_an_error_the_enhanced_mode_says_ce() -> None:
    async with suite() as found, found.sender() as gateway:
        gateway.send(*gateway.reading(95, ack="ER|NE", place="B^^9"))
        assert await gateway.code() == "CE"


async def test_the_settings_may_choose_the_original_mode() -> None:
    async with (
        suite(one={"location": "A^^1", "acknowledge": "original"}) as found,
        found.sender() as gateway,
    ):
        assert await gateway.says(95, ack="AL|NE") == "AA"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *(
            (b"no message at all", "AE"),
            (b"MSH", "AE"),
            (b"MSH|||||", "AE"),
            (b"MSH|^~\\&|||||||ADT^A01|9|P|2.4", "AA"),
        ),
        *((b"MSH|^~\\&|||||||QRY^R02|9|P|2.4", "AR"), (b"MSH|^~\\&|||||||ORU^R40|9|P|2.6", "AA")),
        *((b"MSH|^~\\&||||||||9|P|2.6", "AE"), (b"FHS|^~\\&|X\rFTS|0", "AE")),
    ],
)
async def test_whatever_comes_in_a_frame_is_answered(body: bytes, code: str) -> None:
    async with suite() as found, found.sender() as gateway:
        gateway.write(framed(body))
        assert await gateway.code() == code
        assert await gateway.says(95) == "AA"


async def test_an_acknowledgement_is_answered_by_nothing() -> None:
    async with suite() as found, found.sender() as gateway:
        gateway.write(framed(b"MSH|^~\\&|||||||ACK^R01|9|P|2.4\rMSA|AA|1"))
        assert await gateway.says(95) == "AA"


async def test_a_message_that_is_too_long_and_one_that_is_cut_off_are_answered_ae(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7_conversation, "MESSAGE_LIMIT", 2048)
    async with suite() as found, found.sender() as gateway:
        head = b"MSH|^~\\&|||||||ORU^R01|LONG|P|2.4\r"
        gateway.write(framed(head + b"OBX|1|NM\r" * 1000))
        answer = await gateway.answer()
        assert (answer["MSA"][1], answer["MSA"][2]) == ("AE", "LONG")
        gateway.write(framed(message(*gateway.reading(84)))[:-6])
        gateway.write(framed(message(*gateway.reading(95))))
        assert await gateway.code() == "AE"
        assert await gateway.code() == "AA"
        assert found["one"].values() == [95]


async def test_a_frame_that_is_never_finished_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hl7_conversation, "UNFINISHED_S", 0.05)
    async with suite() as found, found.sender() as gateway:
        gateway.write(framed(message(*gateway.reading(84)))[:-6])
        assert await gateway.code() == "AE"
        assert await gateway.says(95) == "AA"


async def test_text_without_a_frame_is_read_when_nothing_more_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7_conversation, "QUIET_S", 0.05)
    async with suite() as found, found.sender() as gateway:
        rows = list(gateway.reading(95))
        gateway.write(message(*rows))
        assert await gateway.code() == "AA"
        assert found["one"].values() == [95]
        gateway.write(message(*gateway.reading(84))[:-4])
        assert await gateway.code() == "AA"
        assert found["one"].values() == [95], "its last row may be cut off"


async def test_messages_that_come_together_or_in_pieces_are_answered_in_order() -> None:
    async with suite() as found, found.sender() as gateway:
        many = b"".join(
            framed(message(*gateway.reading(80 + n, control=f"M{n}"))) for n in range(9)
        )
        for place in range(0, len(many), 7):
            gateway.write(many[place : place + 7])
            await gateway.writer.drain()
        controls = [(await gateway.answer())["MSA"][2] for _ in range(9)]
        assert controls == [f"M{n}" for n in range(9)]
        assert found["one"].values() == [float(80 + n) for n in range(9)]


async def test_aa_leaves_only_when_the_reading_is_in_the_record() -> None:
    waits: list[asyncio.Future[bool]] = []

    def recorded() -> "asyncio.Future[bool]":
        waits.append(asyncio.get_running_loop().create_future())
        return waits[-1]

    token = RECORDED.set(recorded)
    try:
        async with suite() as found, found.sender() as gateway:
            gateway.send(*gateway.reading(95))
            gateway.send(*gateway.reading(94, control="2"))
            await until(lambda: len(waits) == 2)
            assert found["one"].values() == [95, 94], "the alarm does not wait for the record"
            waits[1].set_result(True)
            asking = asyncio.create_task(gateway.answer())
            done, _ = await asyncio.wait({asking}, timeout=0.05)
            assert not done, "no answer overtakes another"
            waits[0].set_result(False)
            assert (await asking)["MSA"][1] == "AE"
            assert await gateway.code() == "AA"
    finally:
        RECORDED.reset(token)


async def test_a_sender_with_a_long_queue_leaves_the_others_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Readings of other beds, the record and alarms run on the same loop."""
    happened: list[str] = []
    take = hl7_driver.Hl7Connection.take

    def noted(*given: Any) -> Any:
        happened.append("message")
        return take(*given)

    async def other() -> None:
        while True:
            happened.append("other")
            await asyncio.sleep(0)

    monkeypatch.setattr(hl7_driver.Hl7Connection, "take", noted)
    async with suite() as found, found.sender() as gateway:
        gateway.write(b"".join(framed(message(*gateway.reading(90 + n % 9))) for n in range(100)))
        turns = asyncio.create_task(other())
        await until(lambda: happened.count("message") == 100)
        turns.cancel()
    after = [later for now, later in pairwise(happened) if now == "message"]
    assert set(after) == {"other"}


async def test_a_record_that_does_not_come_is_answered_ae(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hl7_conversation, "RECORDED_S", 0.05)
    token = RECORDED.set(lambda: asyncio.get_running_loop().create_future())
    try:
        async with suite() as found, found.sender() as gateway:
            assert await gateway.says(95) == "AE"
    finally:
        RECORDED.reset(token)


async def test_a_fault_of_ours_in_one_message_is_answered_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with suite() as found, found.sender() as gateway:
        with monkeypatch.context() as broken:
            broken.setattr(hl7_driver, "read_oru", lambda *_: 1 // 0)
            assert await gateway.says(95) == "AE"
        assert await gateway.says(94, control="2") == "AA"


async def test_a_sender_beyond_its_budget_is_held_back_and_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7_listener, "PER_SENDER_S", 20.0)
    monkeypatch.setattr(hl7_listener, "PER_BED_S", 0.0)
    async with suite() as found, found.sender() as gateway:
        for number in range(60):
            gateway.send(*gateway.reading(97, control=str(number)))
        assert [await gateway.code() for _ in range(60)] == ["AA"] * 60


# The line.


async def test_real_messages_of_two_dialects_are_answered_and_read() -> None:
    beds = {"efficia": {"location": "^^"}, "kohden": {"location": "^BED-07"}}
    with pytest.raises(ValidationError):
        Hl7DeviceConfig.model_validate({"location": ""})
    async with suite(**beds) as found, found.sender() as gateway:
        gateway.send(*EFFICIA)
        answer = await gateway.answer()
        assert answer["MSA"] == ["MSA", "AA", "CN00000001"]
        assert answer["MSH"][11] == "2.4"
        gateway.send(*NIHON_KOHDEN)
        assert await gateway.code() == "AA"
        # Their clocks are years behind: of unknown age until a second message keeps time.
        assert [each.quality for each in found["efficia"].samples()] == [Quality.UNKNOWN_AGE]
        assert found["kohden"].values(Signal.NIBP_SYS) == [171]


async def test_a_port_that_is_taken_is_a_device_error_at_each_bed() -> None:
    port = free_port()
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", port)
    async with server:
        config = Hl7DeviceConfig.model_validate({"listen": f"127.0.0.1:{port}", "location": "1"})
        beds = [ListeningBed(name, config, LoopClock()) for name in "ab"]
        await asyncio.wait([bed.task for bed in beds], timeout=60)
        for bed in beds:
            assert isinstance(bed.task.exception(), DeviceError)


async def test_the_last_bed_closes_the_port_and_another_may_have_it() -> None:
    async with suite(one={"location": "1"}, two={"location": "2"}) as found:
        await found["one"].end()
        async with found.sender() as gateway:
            assert await gateway.says(95, place="2") == "AA"
            assert await gateway.says(95, place="1") == "AE"
        await found["two"].end()
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", found.port)
        server.close()


async def test_a_bed_of_which_nothing_comes_is_a_lost_link_and_back_with_the_next_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hl7_driver, "LOOKS_S", 0.02)
    clock = LoopClock()
    config = Hl7DeviceConfig.model_validate(
        {"listen": f"127.0.0.1:{free_port()}", "location": "A^^1", "silence": "1s"}
    )
    bed = ListeningBed("one", config, clock)
    try:
        await until(lambda: bed.faults(Cause.LINK) == [True])
        reader, writer = await asyncio.open_connection("127.0.0.1", config.tcp_port)
        sender = Sender(reader, writer, clock)
        assert await sender.says(95) == "AA"
        assert bed.faults(Cause.LINK) == [True, False]
        await until(lambda: bed.faults(Cause.LINK) == [True, False, True])
        writer.transport.abort()
    finally:
        await bed.end()


def certificate(folder: Path) -> tuple[Path, Path]:
    key, pem = folder / "key.pem", folder / "cert.pem"
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        *(
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
        ),
        *("-keyout", str(key), "-out", str(pem)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return pem, key


async def test_where_the_sender_can_the_line_is_tls(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    tls = {"certificate": str(pem), "key": str(key)}
    context = ssl.create_default_context(cafile=str(pem))
    async with suite(one={"location": "A^^1", "tls": tls}) as found:
        async with found.sender(context) as gateway:
            assert await gateway.says(95) == "AA"
        async with found.sender() as plain:
            plain.send(*plain.reading(95))
            with pytest.raises((AssertionError, ConnectionError)):
                await plain.answer()
        wrong = Hl7DeviceConfig.model_validate(
            {"listen": f"127.0.0.1:{found.port}", "location": "2"}
        )
        other = ListeningBed("two", wrong, found.clock)
        await asyncio.wait({other.task}, timeout=60)
        assert isinstance(other.task.exception(), DeviceError)


async def test_a_listener_with_an_authority_takes_no_sender_without_a_certificate(
    tmp_path: Path,
) -> None:
    pem, key = certificate(tmp_path)
    tls = {"certificate": str(pem), "key": str(key), "ca": str(pem)}
    context = ssl.create_default_context(cafile=str(pem))
    async with suite(one={"location": "A^^1", "tls": tls}) as found:
        with pytest.raises((AssertionError, OSError)):
            async with found.sender(context) as stranger:
                await stranger.says(95)
        context.load_cert_chain(pem, key)
        async with found.sender(context) as gateway:
            assert await gateway.says(95) == "AA"


async def test_a_new_certificate_is_shown_to_the_next_sender_and_a_bad_one_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, key = certificate(tmp_path)
    tls = {"certificate": str(pem), "key": str(key)}
    monkeypatch.setattr(hl7_listener, "renew", functools.partial(renew, every_s=0.01))
    async with suite(one={"location": "A^^1", "tls": tls}) as found:
        before = ssl.create_default_context(cafile=str(pem))
        async with found.sender(before) as gateway:
            with structlog.testing.capture_logs() as logs:
                key.write_text("not a key")
                await until(lambda: "certificate_refused" in [line["event"] for line in logs])
                async with found.sender(before) as another:
                    assert await another.says(95) == "AA"
                certificate(tmp_path)
                await until(lambda: logs[-1]["event"] == "certificate_renewed")
            async with found.sender(ssl.create_default_context(cafile=str(pem))) as new:
                assert await new.says(95) == "AA"
            with pytest.raises(ssl.SSLCertVerificationError):
                async with found.sender(before):
                    pass
            # Who was connected goes on.
            assert await gateway.says(96) == "AA"


# Settings.


def test_by_default_it_listens_on_this_machine_alone() -> None:
    config = Hl7DeviceConfig(location="1")
    assert (config.host, config.tcp_port) == ("127.0.0.1", HL7_PORT)
    assert config.senders == ("127.0.0.1", "::1")


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"listen": "0.0.0.0:2575", "location": "1"}, "peers"),
        ({}, "which messages"),
        ({"listen": "here:99999", "location": "1"}, "HOST:PORT"),
        ({"location": "1", "peers": ["10.0.0.0/8"]}, "neither an address nor a name"),
        ({"location": "1", "zone": "Mars/Base"}, "no time zone"),
        ({"location": "1", "signals": ["nausea"]}, "observed by staff"),
        (
            {"location": "1", "codes": [{"code": "X", "signal": "spo2", "unit": "kPa"}]},
            "no unit of spo2",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Hl7DeviceConfig.model_validate(settings)


async def test_a_table_of_codes_is_read_and_a_wrong_row_is_named(tmp_path: Path) -> None:
    table = tmp_path / "codes.csv"
    table.write_text("code,signal,system,part,unit\nSAT,spo2,99X,,%\n,,,,\n", encoding="utf-8-sig")
    async with (
        suite(one={"location": "A^^1", "codes_file": str(table)}) as found,
        found.sender() as gateway,
    ):
        rows = [
            row.replace("150456^MDC_PULS_OXIM_SAT_O2^MDC", "SAT^Saturation^99X")
            for row in gateway.reading(95)
        ]
        gateway.send(*rows)
        assert await gateway.code() == "AA"
        assert found["one"].values() == [95]
    for text, why in (
        ("code,signal\nSAT,pulse\n", "line 2: signal"),
        ("code,sign\nSAT,spo2\n", "columns"),
        ("\xff", "columns"),
    ):
        table.write_text(text, encoding="utf-8")
        config = Hl7DeviceConfig.model_validate(
            {"listen": f"127.0.0.1:{free_port()}", "location": "1", "codes_file": str(table)}
        )
        bed = ListeningBed("one", config, LoopClock())
        await asyncio.wait({bed.task}, timeout=60)
        assert why in str(bed.task.exception())
