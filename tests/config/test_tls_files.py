"""Certificates are looked at before they are used, and two weeks before they end: on any clock, whoever uses them."""

import asyncio
import ssl
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.certificates import Certificate, pair_fault, read_certificates
from monitord.config.checks.suite_check import CheckReport, check_file
from monitord.config.checks.tls_files import trouble_of
from monitord.config.suite.certificate_files import CertificateFile, certificate_files
from monitord.config.suite.suite_file import read_suite
from monitord.daemon.health.certificate_expiry import CertificateWatch, Seen
from monitord.errors import NotifyError
from monitord.model import HOUR, Cause, Fault, Instant, Span, from_iso
from monitord.notify.channels.mqtt_alarms import MqttAlarmsConfig, MqttChannel
from monitord.plugins import load_plugins
from monitord.tls_failure import failure_text, tls_failure
from tests.peers import Mosquitto, until
from tests.suites import suite_document, write_suite

pytestmark = pytest.mark.peer("openssl")

DAY: Span = 24 * HOUR


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Self-signed pairs by name: good for 30 days, a short key, one of an elliptic curve, and another authority."""
    folder = tmp_path_factory.mktemp("certificates")
    names = (
        "subjectAltName=DNS:station.clinic.example,DNS:*.ward.example,DNS:localhost,IP:127.0.0.1"
    )
    for name, *key in (
        ("good", "-newkey", "rsa:2048"),
        ("short", "-newkey", "rsa:1024"),
        ("curve", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
        ("other", "-newkey", "rsa:2048"),
    ):
        output = ["-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}"]
        more = ["-nodes", "-days", "30", "-addext", names]
        openssl(folder, "req", "-x509", *key, *output, *more)
    openssl(folder, "rsa", "-aes256", "-passout", "pass:x", "-in", "good.key", "-out", "locked.key")
    return folder


def suite(
    folder: Path, files: Path, certificate: str, key: str, *names: str, numbers: bool = False
) -> Path:
    """A suite whose station, broker, device and listener have certificates."""
    mqtt = {"notifier": "mqtt", "broker": "mqtts://broker.clinic.example"}
    pair = {"cert_file": str(files / "good.pem"), "key_file": str(files / "good.key")}
    tls = {"ca": str(files / "other.pem"), "certificate": str(files / "curve.pem")}
    device = {"driver": "mqtt", "broker": "mqtts://gateway.clinic.example", "topic": "bed/1"}
    signals = {"signals": ["spo2"]}
    document = suite_document(
        folder,
        beds={
            "1": {
                "devices": {
                    "gateway": device | signals | {"tls": tls | {"key": str(files / "curve.key")}}
                }
            }
        },
        destinations={
            "desk": {"notifier": "terminal"},
            "ward": mqtt | pair | {"ca_file": str(files / "other.pem")},
        },
        protocols=["ketamine_iv_0_5_40"],
        more={
            "station": {
                "host": "0.0.0.0",
                "tls": {"certificate": str(files / certificate), "key": str(files / key)},
                "names": list(names),
            }
        },
    )
    if numbers:
        own = {"certificate": str(files / "other.pem"), "key": str(files / "other.key")}
        receiver = {"notifier": "hl7_numerics", "host": "ehr.clinic.example", "port": 2575}
        document["destinations"]["numbers"] = receiver | {
            "tls": {"ca": str(files / "other.pem")} | own
        }
    return write_suite(folder, document)


def checked(folder: Path, files: Path, *given: str, ahead: Span = 0) -> CheckReport:
    """What `check` says on a day so long before the certificates end."""
    end = read_certificates(files / "good.pem")[0].end
    now = Instant(end - (ahead or 20 * DAY))
    return check_file(suite(folder, files, *given), load_plugins(), now)


def of_tls(found: list[str]) -> list[str]:
    return [each for each in found if ".pem" in each or ".key" in each]


def test_good_certificates_are_passed_over_in_silence(tmp_path: Path, files: Path) -> None:
    report = checked(tmp_path, files, "good.pem", "good.key", "station.clinic.example")
    assert of_tls(report.faults + report.warnings) == []


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("good.pem", "other.key", "the key does not fit the certificate"),
        ("good.key", "good.key", "holds no certificate"),
        ("good.pem", "good.pem", "holds no certificate or key"),
        ("good.pem", "locked.key", "the key is encrypted"),
    ],
)
def test_a_pair_that_cannot_be_used_is_a_fault(
    tmp_path: Path, files: Path, certificate: str, key: str, says: str
) -> None:
    (fault,) = of_tls(checked(tmp_path, files, certificate, key).faults)
    assert says in fault
    assert "_ssl" not in fault


def test_names_key_size_and_files_that_only_the_service_may_read_are_warnings(
    tmp_path: Path, files: Path
) -> None:
    good = checked(tmp_path, files, "good.pem", "good.key", "a.ward.example", "desk.clinic.example")
    (warning,) = of_tls(good.warnings)
    assert "is not for desk.clinic.example, but for station.clinic.example" in warning
    gone = checked(tmp_path, files, "good.pem", "nowhere/station.key")
    assert [("No such file" in each) for each in of_tls(gone.faults)] == [True]
    handed_over = "/run/credentials/monitord.service/secrets_station.key"
    missing = checked(tmp_path, files, "good.pem", handed_over)
    (warning,) = of_tls(missing.warnings)
    assert "cannot be looked at from here" in warning
    assert of_tls(missing.faults) == []
    short = checked(tmp_path, files, "short.pem", "short.key")
    assert any("a key of 1024 bits" in each for each in of_tls(short.warnings))


def test_dates_are_told_of_every_certificate_whoever_uses_it(tmp_path: Path, files: Path) -> None:
    soon = checked(tmp_path, files, "good.pem", "good.key", ahead=5 * DAY)
    warned = of_tls(soon.warnings)
    dated = [each for each in warned if " ends in " in each]
    assert [each.split(":")[0] for each in dated] == [
        "station certificate",
        "destination ward authority",
        "Bed 1 gateway certificate",
    ]
    over = checked(tmp_path, files, "good.pem", "good.key", ahead=-DAY)
    assert len([each for each in of_tls(over.faults) if " ended at " in each]) == len(dated)


def test_each_file_is_looked_at_once_under_the_name_of_who_uses_it_first(
    tmp_path: Path, files: Path
) -> None:
    found = certificate_files(
        read_suite(suite(tmp_path, files, "good.pem", "good.key", numbers=True), load_plugins())
    )
    assert [
        (each.what, each.certificate.name, each.key is not None, each.users) for each in found
    ] == [
        ("station certificate", "good.pem", True, ("ward",)),
        ("destination ward authority", "other.pem", False, ("ward", "numbers", "gateway")),
        ("destination numbers certificate", "other.pem", True, ("numbers",)),
        ("Bed 1 gateway certificate", "curve.pem", True, ("gateway",)),
    ]


def test_a_star_stands_for_one_label_and_an_address_for_itself() -> None:
    of = Certificate(begin=Instant(0), end=Instant(1), names=("*.ward.example", "127.0.0.1"))
    covered = ("a.ward.example", "A.Ward.example.", "127.0.0.1")
    not_covered = ("ward.example", "a.b.ward.example", "ward.example.org", "127.0.0.2", "localhost")
    assert [of.covers(name) for name in (*covered, *not_covered)] == [True] * 3 + [False] * 5


END = from_iso("2026-06-30T00:00:00Z")
PAGE = CertificateFile(
    what="station certificate", certificate=Path("page.pem"), key=Path("key"), page=True
)
PAGER = replace(PAGE, what="destination pager certificate", page=False, users=("pager",))


def seen(file: CertificateFile, end: Instant, now: Instant, no_pair: str = "") -> Seen:
    trouble = trouble_of(Certificate(begin=Instant(0), end=end), now)
    return Seen(file=file, end=end, trouble=trouble, over=now >= end, no_pair=no_pair)


def standing(told: list[Fault]) -> list[tuple[Cause, str]]:
    """The alarms that hold after all of this, in the order of their cause."""
    last = {(each.cause, each.subject): each.present for each in told}
    return sorted(key for key, present in last.items() if present)


def test_a_certificate_of_the_page_has_one_alarm_medium_ahead_and_high_once_it_is_over() -> None:
    now = Instant(END - 40 * DAY)
    told: list[Fault] = []
    watch = CertificateWatch(lambda: [PAGE], lambda: now, told.append)
    stood = []
    for _ in range(60):
        before = len(told)
        watch.look([seen(PAGE, END, now)])
        # Between the two there is never none: what begins goes first.
        if standing(told[:before]):
            assert all(standing(told[:n]) for n in range(before, len(told) + 1))
        stood.append(standing(told))
        now = Instant(now + DAY)
    medium, high = (Cause.CERTIFICATE, PAGE.what), (Cause.DESTINATION, PAGE.what)
    assert stood == [[]] * 27 + [[medium]] * 13 + [[high]] * 20
    # A line a day at most, then that it ended, and nothing more however long that is.
    said = [each.detail for each in told if each.present]
    assert [text.split(" days")[0] for text in said[:2]] == ["ends in 13", "ends in 12"]
    assert said[-1] == "the certificate ended at 2026-06-30T00:00:00.000000Z"
    assert len(said) == 14
    assert watch.days_left() == {PAGE.what: -20.0}
    watch.look([seen(PAGE, Instant(now + 90 * DAY), now)])
    assert standing(told) == []


def test_whom_a_certificate_fails_says_so_and_is_the_only_alarm_of_it() -> None:
    now = Instant(END + DAY)
    told: list[Fault] = []
    failing: set[str] = set()
    watch = CertificateWatch(lambda: [PAGER], lambda: now, told.append, lambda: failing)
    watch.look([seen(PAGER, END, now)])
    assert standing(told) == [(Cause.CERTIFICATE, PAGER.what)]
    failing.add("pager")
    watch.look([seen(PAGER, END, now)])
    assert standing(told) == []
    # The other side does not look at it any more: it is still to be renewed.
    failing.clear()
    watch.look([seen(PAGER, END, now)])
    assert standing(told) == [(Cause.CERTIFICATE, PAGER.what)]
    # What fails by another's certificate takes nothing away ahead of the end.
    failing.add("pager")
    now = Instant(END - DAY)
    watch.look([seen(PAGER, END, now)])
    assert standing(told) == [(Cause.CERTIFICATE, PAGER.what)]


def test_a_new_pair_that_is_no_good_is_told_until_it_is_one_and_not_while_it_is_written() -> None:
    now = Instant(END - 90 * DAY)
    told: list[Fault] = []
    watch = CertificateWatch(lambda: [PAGER], lambda: now, told.append)
    good, bad = seen(PAGER, END, now), Seen(file=PAGER, no_pair="the key does not fit")
    # From the start: told by who uses it.
    for each in (bad, bad, bad, good, bad, good):
        watch.look([each])
        assert standing(told) == []
    watch.look([bad])
    watch.look([bad])
    assert standing(told) == [(Cause.CERTIFICATE, PAGER.what)]
    assert told[-1].detail.endswith("open connections go on with the old one: the key does not fit")
    watch.look([good])
    assert standing(told) == []


def test_an_alarm_of_the_last_run_ends_where_the_certificate_was_renewed_meanwhile() -> None:
    now = Instant(END - 90 * DAY)
    told: list[Fault] = []
    CertificateWatch(lambda: [PAGER], lambda: now, told.append).look([seen(PAGER, END, now)])
    assert Fault(cause=Cause.CERTIFICATE, subject=PAGER.what, present=False) in told


def test_a_certificate_that_the_settings_name_no_more_has_no_alarm() -> None:
    now = Instant(END - DAY)
    told: list[Fault] = []
    watch = CertificateWatch(lambda: [PAGER], lambda: now, told.append)
    watch.look([seen(PAGER, END, now)])
    watch.look([])
    assert standing(told) == []


async def test_the_watch_reads_the_files_of_the_suite_and_passes_over_what_is_gone(
    files: Path, tmp_path: Path
) -> None:
    told: list[Fault] = []
    good = CertificateFile(what="one", certificate=files / "good.pem", key=files / "good.key")
    gone = CertificateFile(what="gone", certificate=tmp_path / "gone.pem")
    end = read_certificates(good.certificate)[0].end
    watch = CertificateWatch(lambda: [good, gone], lambda: Instant(end - DAY), told.append)
    running = asyncio.create_task(watch.run())
    await until(lambda: bool(told))
    running.cancel()
    assert [each.subject for each in told if each.present] == ["one"]
    assert watch.days_left() == {"one": 1.0}


def test_openssls_own_source_is_never_what_is_said(files: Path) -> None:
    assert pair_fault(files / "good.pem", files / "good.key") is None
    said = pair_fault(files / "good.pem", files / "other.key")
    assert said == "the key does not fit the certificate"
    unknown = ssl.SSLError(1, "[SSL: NEW_REASON] new reason (_ssl.c:1006)")
    assert tls_failure(unknown) == "new reason"
    outer = NotifyError("outer")
    outer.__cause__ = unknown
    assert failure_text(outer) == "new reason"
    assert failure_text(OSError("no route to host")) == "no route to host"


@pytest.mark.peer("mosquitto")
@pytest.mark.parametrize(
    ("ours", "says"),
    [
        ({}, "the certificate of the other side is not accepted: self-signed certificate"),
        ({"ca_file": "good.pem"}, "asks for a client certificate|closed|refused"),
        (
            {"ca_file": "good.pem", "cert_file": "other.pem", "key_file": "other.key"},
            "authority|not accepted|refused|closed",
        ),
        (
            {"ca_file": "good.pem", "cert_file": "good.pem", "key_file": "other.key"},
            "the key does not fit the certificate",
        ),
    ],
    ids=["an authority that we do not know", "no certificate", "another authority", "another key"],
)
async def test_why_a_broker_and_its_client_do_not_agree_is_said(
    tmp_path: Path, files: Path, ours: dict[str, str], says: str
) -> None:
    settings = [
        f"cafile {files}/good.pem",
        f"certfile {files}/good.pem",
        f"keyfile {files}/good.key",
    ]
    broker = Mosquitto(tmp_path, *settings, "require_certificate true")
    broker.start()
    url = broker.url.replace("mqtt://127.0.0.1", "mqtts://localhost")
    given = {field: str(files / name) for field, name in ours.items()}
    config = MqttAlarmsConfig.model_validate({"broker": url, **given})
    channel = MqttChannel("ward", config)
    try:
        with pytest.raises(NotifyError, match=says) as told:
            await channel._publish("ward", "monitord/ward/status", "{}")
    finally:
        broker.stop()
    assert "_ssl" not in str(told.value)
