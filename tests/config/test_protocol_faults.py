"""A protocol that could never do what it says is refused, with the line and a sentence."""

import pytest

from monitord.config import find_protocol, protocol_names, read_protocol
from monitord.config.files.yaml_file import read_text
from monitord.config.protocol.protocols import read_protocol_document
from monitord.engine.protocol.protocol import canonical
from monitord.errors import ConfigError
from tests.builders_config import PROTOCOL, protocol, protocol_faults

LOW_LEVEL = '      - {priority: medium, limit: "<90", delay: 15s, source: a monitor}\n'


def test_the_small_protocol_is_good() -> None:
    assert protocol_faults() == []
    assert protocol().name == "small"


def test_canonical_json_of_a_protocol_reads_back_as_the_same_value() -> None:
    assert read_protocol_document(read_text(canonical(protocol()), "kept.yaml")) == protocol()


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ('limit: "<90"', "limit: 90", 18, "write its relation"),
        ("delay: 15s", "delay: 15", 18, "write a number with its unit"),
        ("priority: medium", "priority: urgent", 18, "'urgent' is not a priority"),
        ("levels:", "levles:", 17, "did you mean 'levels'?"),
        ("kind: limit", "kind: trends", 15, "'trends' is not known"),
        ("    kind: limit\n", "", 14, "rules.spo2_low.kind: is missing"),
        ("    signal: spo2\n", "", 14, "rules.spo2_low.signal: is missing"),
        ("signal: spo2", "signal: sp02", 16, "did you mean 'spo2'?"),
        ("fresh: {spo2: 10s", "fresh: {sp02: 10s", 8, "did you mean 'spo2'?"),
        ("version: 1", 'version: "1"', 2, "must be a whole number"),
        ("version: 1\n", "version: 1\nverison: 2\n", 3, "did you mean 'version'?"),
        ("name: pre", "name: infusion", 6, "stands here twice"),
        ("name: small", "name: a/b", 1, "may hold letters"),
        ("stage: recovery", "stage: baseline", 7, "never reached: baseline does not follow"),
        ("stage: recovery", "stage: discharged", 7, "nobody is watched after discharge"),
        ("after, stage: recovery}", "after, stage: recovery}\n  - {name: x, stage: recovery}", 8, "'after' before it has no duration"),
        ("duration: 40min", "duration: 0s", 6, "must be 1s or longer"),
        ("{pre: 5min", "{pre: 0s", 12, "must be 1s or longer"),
        ("{pre: 5min", "{per: 5min", 12, "there is no phase 'per'; did you mean 'pre'?"),
        ("item: nibp", "item: nipb", 32, "the schedule has no 'nipb'; did you mean 'nibp'?"),
        ("signals: [nibp_sys]", "signals: []", 11, "names no signal"),
        ("    signal: spo2\n", "    signal: spo2\n    only: [infuson]\n", 17, "did you mean 'infusion'?"),
        ("    signal: spo2\n", "    signal: spo2\n    hysteresis: -1.0\n", 17, "must not be negative"),
        ("    signal: spo2\n", "    signal: spo2\n    hysteresis: true\n", 17, "must be a number, not true"),
        ('limit: "<80"', 'limit: "<800"', 19, "outside what SpO2 can be"),
        ('limit: "<80"', 'limit: "<=100"', 19, "for no value of SpO2, or for every one"),
        ('limit: "<80"', 'limit: ">80"', 19, "all look down (<) or all look up (>)"),
        ('{priority: high, limit: "<80"', '{priority: low, limit: "<80", delay: 20s', 19, "can never speak: <90 (medium)"),
    ],
)  # fmt: skip
def test_a_fault_names_its_line_and_what_to_do(
    old: str, new: str, line: int, sentence: str
) -> None:
    found = protocol_faults((old, new))
    assert any(f"small.yaml:{line}:" in fault and sentence in fault for fault in found), found


def test_all_faults_are_told_at_once_in_the_order_of_lines() -> None:
    found = protocol_faults(
        ("version: 1", "version: x"), ("delay: 15s", "delay: 15"), ("share: 0.2", "share: far")
    )
    assert [int(fault.split(":")[1]) for fault in found] == [2, 18, 34]


def test_the_same_level_twice_is_one_fault() -> None:
    assert len(protocol_faults((LOW_LEVEL, LOW_LEVEL * 2))) == 1


def test_levels_that_ask_more_for_more_are_no_contradiction() -> None:
    slower_but_worse = LOW_LEVEL.replace("medium", "high").replace("15s", "60s")
    assert protocol_faults((LOW_LEVEL, LOW_LEVEL + slower_but_worse)) == []


def test_low_and_high_limits_that_leave_nothing_between_are_refused() -> None:
    levels = 'levels: [{priority: low, limit: "<210"}]'
    rule = f"  pressed: {{kind: limit, signal: nibp_sys, {levels}}}\n"
    found = protocol_faults(("rules:\n", f"rules:\n{rule}"))
    assert any("leaves no good value beside 'nibp_sys_high'" in fault for fault in found)


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="did you mean 'esketamine_nasal'"):
        read_protocol("esketamine_nasel")


def test_shipped_protocols_are_found_by_name_and_carry_it() -> None:
    names = protocol_names()
    assert set(names) >= {
        "bed_without_session",
        "ketamine_iv_0_5_40",
        "esketamine_iv_0_2_40",
        "esketamine_nasal",
    }
    assert [read_protocol(name).name for name in names] == names
    assert find_protocol("bed_without_session").is_file()


def test_every_fault_of_the_text_is_a_config_error_not_a_crash() -> None:
    for line in PROTOCOL.splitlines(keepends=True):
        for wrong in ("", "x: [\n", "- 1\n", line.replace(":", "", 1)):
            protocol_faults((line, wrong))
