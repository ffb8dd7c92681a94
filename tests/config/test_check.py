"""`check` tells every fault, every whole delay, what rests and what to think about."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from devices import drivers
from devices.stream import StreamDriver
from monitord.config import shipped
from monitord.config.checks.protocol_lint import advice, gaps
from monitord.config.checks.suite_check import CheckReport, check_file
from monitord.config.checks.unsupplied_rules import unsupplied
from monitord.config.protocol.protocols import contradictions, read_protocol
from monitord.engine.protocol.form import Form, FormItem
from monitord.plugins import load_plugins
from tests.builders_config import PLUGINS, PROTOCOL, SUITE, changed, protocol
from tests.program import Command

LOCAL = SUITE.replace("      - to: [pager]\n", "      - to: [pager, desk]\n")
# Every route of it ends in a local destination.


def checked(path: Path, text: str) -> CheckReport:
    path.write_text(text, encoding="utf-8")
    return check_file(path, PLUGINS)


def test_a_good_suite_shows_the_whole_delay_of_each_level(tmp_path: Path) -> None:
    report = checked(tmp_path / "suite.yaml", LOCAL)
    assert report.faults == []
    lines = [" ".join(line.split()) for line in report.lines]
    assert "spo2_low medium <90 15s + doubt 2s + device 4s + transport 1s = 22s" in lines
    assert "spo2_absent (infusion) high silent 2min + device 4s + transport 1s = 2min 5s" in lines
    assert "nibp_overdue low overdue 6min + transport 1s = 6min 1s" in lines


def test_rules_that_no_device_feeds_are_said_to_rest(tmp_path: Path) -> None:
    report = checked(tmp_path / "suite.yaml", LOCAL)
    assert "bed 1: nibp_sys_high is unsupplied: no device supplies nibp_sys" in report.lines
    assert not any("moaas_low rests" in line for line in report.lines)


@pytest.mark.parametrize(
    ("driver", "resting"),
    [
        (drivers.NONIN, {"apnoea", "etco2_low", "etco2_absent", "resp_rate_low"}),
        (drivers.IVY, {"etco2_low", "etco2_absent"}),
        (drivers.INTELLIVUE, set()),
        (drivers.CAPNOSTREAM, set()),
    ],
)
def test_the_rules_of_the_breath_rest_where_nothing_supplies_one_of_their_levels(
    driver: StreamDriver, resting: set[str]
) -> None:
    """No breath is known by a count of 0 or by the seconds without one: either will do."""
    breath = {"apnoea", "etco2_low", "etco2_absent", "resp_rate_low"}
    rules = dict(unsupplied(read_protocol("ketamine_iv_0_5_40"), driver.family.signals))
    assert rules.keys() & breath == resting


def test_warnings_tell_what_a_reader_should_know(tmp_path: Path) -> None:
    text = changed(
        SUITE,
        ("driver: probe", "driver: untried\n        accept_unverified: true"),
        ("/dev/ttyUSB1", "/dev/pts/3"),
        ("label: Window", "label: Window\n    cuff: {automatic: true}"),
        ("destinations:", "spares: {old: {driver: probe, port: /dev/pts/9}}\ndestinations:"),
    )
    warnings = "\n".join(checked(tmp_path / "suite.yaml", text).warnings)
    assert "'untried' is unverified, and accepted" in warnings
    assert "bed 2: oximeter is a twin" in warnings
    assert "spares: old is a twin" in warnings
    assert "cuff.automatic is on, but no device measures pressure" in warnings
    assert "is not approved" in warnings


@pytest.mark.parametrize(
    ("destination", "more", "leaves"),
    [
        ("{notifier: syslog}", "", False),
        ("{notifier: syslog, address: 'udp://127.0.0.1'}", "", False),
        ("{notifier: syslog, address: 'udp://log.example'}", "", True),
        ("{notifier: heartbeat, url: 'https://watch.example/x'}", "", False),
        (
            "{notifier: heartbeat, url: 'https://watch.example/x'}",
            "heartbeat: {every: 30s, to: [away]}",
            True,
        ),
        (
            "{notifier: heartbeat, url: 'http://localhost/x'}",
            "heartbeat: {every: 30s, to: [away]}",
            False,
        ),
    ],
)
def test_a_suite_whose_audit_head_stays_on_the_machine_is_pointed_out(
    tmp_path: Path, destination: str, more: str, leaves: bool
) -> None:
    text = changed(LOCAL, ("destinations:", f"{more}\ndestinations:\n  away: {destination}"))
    path = tmp_path / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    plugins = replace(PLUGINS, notifiers={**PLUGINS.notifiers, **load_plugins().notifiers})
    report = check_file(path, plugins)
    assert report.faults == []
    assert any("audit chain's head leaves" in each for each in report.warnings) is not leaves


def test_a_bed_without_an_oximeter_or_with_two_is_pointed_out(tmp_path: Path) -> None:
    none = changed(SUITE, ("driver: probe, port: /dev/ttyUSB1, interval: 4s", ""))
    assert checked(tmp_path / "none.yaml", none).faults
    empty = SUITE[: SUITE.index('  "2":')] + '  "2": ~\n' + SUITE[SUITE.index("destinations") :]
    assert "bed 2: no device supplies spo2" in checked(tmp_path / "e.yaml", empty).warnings
    two = changed(SUITE, ('  "2":', '      second: {driver: probe, port: /dev/x}\n  "2":'))
    told = next(w for w in checked(tmp_path / "two.yaml", two).warnings if "spo2 comes" in w)
    assert "spo2 comes from oximeter and from second: oximeter is believed" in told
    assert "say `role: secondary` for the other one" in told
    ranked = changed(two, ("port: /dev/x", "port: /dev/x, role: secondary"))
    assert not any("comes from" in w for w in checked(tmp_path / "2.yaml", ranked).warnings)


def test_what_rules_lose_to_a_slow_device_is_said(tmp_path: Path) -> None:
    slow = changed(SUITE, ("interval: 4s", "interval: 60s"))
    (line,) = (s for s in checked(tmp_path / "s.yaml", slow).lines if "speaks every" in s)
    assert "oximeter speaks every 1min: " in line
    assert "spo2_low sees a change up to 1min later" in line


def test_a_protocol_file_alone_is_checked_too(tmp_path: Path) -> None:
    report = checked(tmp_path / "small.yaml", PROTOCOL)
    assert (report.faults, report.warnings, report.summary) == ([], [], "usable")
    report = checked(tmp_path / "bad.yaml", PROTOCOL.replace("delay: 15s", "delay: 50min"))
    assert len(report.faults) == 2
    assert "bad.yaml:18: rules.spo2_low.levels.0.delay: 50min is longer than" in report.faults[0]


def test_a_file_that_is_neither_is_a_fault(tmp_path: Path) -> None:
    assert "neither a suite" in checked(tmp_path / "x.yaml", "a: 1").faults[0]
    assert "neither a suite" in checked(tmp_path / "x.yaml", "[1]").faults[0]
    assert "cannot be read" in check_file(tmp_path / "none", PLUGINS).faults[0]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("    signal: spo2\n", "    signal: spo2\n    only: [infusion]\n", "'pre' has no low limit of SpO2"),
        ('priority: medium, limit: "<90"', 'priority: low, limit: "<90"', ""),
        ("    kind: stale\n", "    kind: stale\n    only: [pre]\n", "in 'infusion' no rule speaks when spo2 falls silent"),
        ("infusion: 5min, after", "after", "in 'infusion' no rule speaks when nibp_sys is overdue"),
        (", nibp_sys: 60min", "", "say under `fresh` how long one reading of nibp_sys speaks"),
        ("delay: 15s", "delay: 16min", "16min is longer than the phase 'pre' (15min)"),
    ],
)  # fmt: skip
def test_a_gap_in_a_protocol_is_found(old: str, new: str, sentence: str) -> None:
    found = [text for _, text in gaps(protocol((old, new)))]
    assert any(sentence in text for text in found) if sentence else found == []


def test_the_watch_needs_a_low_limit_of_spo2_too() -> None:
    phases = PROTOCOL[PROTOCOL.index("phases:") : PROTOCOL.index("fresh:")]
    schedule = PROTOCOL[PROTOCOL.index("schedule:") : PROTOCOL.index("rules:")]
    overdue = PROTOCOL[PROTOCOL.index("  nibp_overdue:") :]
    bare = ((phases, "phases: []\n"), (schedule, ""), (overdue, ""))
    assert list(gaps(protocol(*bare))) == []
    unwatched = protocol(*bare, ("signal: spo2", "signal: pulse_rate"))
    assert any("no low limit of SpO2" in text for _, text in gaps(unwatched))


def test_numbers_without_a_source_are_pointed_out() -> None:
    unsourced = protocol((", source: a monitor", ""), ("[a textbook]", "[]"))
    assert [loc for loc, _ in advice(unsourced)] == [
        ("rules", "spo2_low", "levels", 0),
        ("sources",),
    ]


def test_the_example_suite_and_every_shipped_protocol_pass_the_command(monitord: Command) -> None:
    files = [shipped("suite.yaml"), *sorted(shipped("protocols").glob("*.yaml"))]
    said = monitord("check", *files)
    assert (said.code, said.err) == (0, "")
    assert "fault:" not in said.out
    assert "says no source" not in said.out


def test_the_command_exits_with_2_and_every_fault(tmp_path: Path, monitord: Command) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(changed(PROTOCOL, ('"<90"', "90"), ("delay: 10s", "delay: 10")), "utf-8")
    said = monitord("check", bad)
    assert said.code == 2
    assert [f"bad.yaml:{line}: " in said.out for line in (18, 24)] == [True, True]


def test_approve_prints_lines_for_the_suite_file_and_a_sheet(monitord: Command) -> None:
    lines = monitord("approve", "bed_without_session", "--by", "Dr. A", "--role", "director").out
    assert "protocol: 'bed_without_session'" in lines
    assert monitord("approve", "bed_without_session").code == 2
    assert "Approved by" in monitord("approve", "bed_without_session", "--sheet").out
    wrong = monitord("approve", "bed_without")
    assert (wrong.code, "did you mean 'bed_without_session'" in wrong.err) == (2, True)


def test_help_does_not_load_what_it_does_not_need() -> None:
    heavy = "pydantic", "ruamel.yaml", "sqlalchemy", "fastapi", "aiomqtt", "numpy"
    code = f"import sys, monitord.cli; sys.exit([m for m in {heavy} if m in sys.modules] or 0)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


def test_a_destination_that_is_told_in_full_what_came_of_a_form_is_said(tmp_path: Path) -> None:
    text = changed(
        LOCAL,
        ("destinations:", "destinations:\n  doctor: {notifier: bell, confidential: true}"),
    )
    report = checked(tmp_path / "suite.yaml", text)
    assert report.faults == []
    said = [line for line in report.lines if line.startswith("destination ")]
    assert said == ["destination doctor: is told in full what came of a form (confidential)"]
    word = changed(text, ("confidential: true", "confidential: maybe"))
    assert "confidential" in "\n".join(checked(tmp_path / "suite.yaml", word).faults)


def test_a_title_that_names_a_form_and_a_name_that_hides_nothing_are_pointed_out() -> None:
    epds = Form(name="epds", version=1, title="EPDS", items=(FormItem(name="item_1"),))
    phases = (replace(protocol().phases[0], title="EPDS, then the drug"), *protocol().phases[1:])
    found = replace(protocol(), forms={"epds": epds}, phases=phases, confidential=("nobody",))
    assert (
        ("phases", 0),
        "'EPDS, then the drug' names a form, and stands on every wall and in every message",
    ) in [*gaps(found)]
    (unknown,) = [said for loc, said in contradictions(found) if loc == ("confidential", 0)]
    assert unknown.startswith("there is no 'nobody' here")


def test_names_without_tls_are_warned_of_only_where_somebody_wrote_some(tmp_path: Path) -> None:
    def warned(station: str) -> bool:
        report = checked(tmp_path / "suite.yaml", f"{LOCAL}\nstation: {station}\n")
        assert report.faults == []
        return any("names without tls" in warning for warning in report.warnings)

    assert not warned("{}")
    assert not warned('{host: "::1", names: [localhost, 127.0.0.1]}')
    assert warned("{names: [station.clinic.example]}")
    assert not warned("{names: [station.clinic.example], proxies: [127.0.0.1]}")
