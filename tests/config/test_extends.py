"""A protocol that extends another: what it writes replaces, what it leaves out is the other's."""

from pathlib import Path

import pytest

from monitord.config import read_protocol
from monitord.engine.protocol.protocol import digest
from monitord.errors import ConfigError

BASE = """\
name: base
version: 1
sources: [a test]
phases: [{name: pre, stage: baseline}, {name: run, stage: infusion}]
fresh: {spo2: 10s, nibp_sys: 60min}
schedule: {nibp: {signals: [nibp_sys], every: {pre: 5min, run: 5min}}}
gate:
  - {kind: question, name: consent, asks: Consent?, source: a test}
  - {kind: question, name: escort, asks: Escort?, source: a test}
rules:
  spo2_low: {kind: limit, signal: spo2, levels: [{priority: high, limit: "<85", source: a test}]}
  sys_high: {kind: limit, signal: nibp_sys, levels: [{priority: high, limit: ">=180", source: a test}]}
  late: {kind: overdue, item: nibp, levels: [{priority: low, share: 0.2, source: a test}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def write(folder: Path, text: str, name: str = "own") -> str:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\nextends: ./base.yaml\n{text}")
    return str(path)


def test_what_is_left_out_is_the_others(folder: Path) -> None:
    own, base = read_protocol(write(folder, "")), read_protocol(str(folder / "base.yaml"))
    assert own.name == "own"
    assert (own.rules, own.phases, own.gate) == (base.rules, base.phases, base.gate)


def test_a_rule_is_replaced_whole_added_or_taken_away(folder: Path) -> None:
    own = read_protocol(
        write(
            folder,
            "rules:\n"
            '  spo2_low: {kind: limit, signal: spo2, levels: [{priority: medium, limit: "<90"}]}\n'
            '  pulse: {kind: limit, signal: pulse_rate, levels: [{priority: low, limit: ">120"}]}\n'
            "  sys_high: null\n",
        )
    )
    assert set(own.rules) == {"spo2_low", "pulse", "late"}
    assert [level.priority.word for level in own.rules["spo2_low"].levels] == ["medium"]


def test_a_criterion_of_the_same_name_takes_its_place(folder: Path) -> None:
    own = read_protocol(
        write(
            folder,
            "gate:\n"
            "  - {kind: question, name: escort, asks: A friend?, source: a test}\n"
            "  - {kind: question, name: oxygen, asks: Oxygen?, source: a test}\n",
        )
    )
    assert [getattr(each, "asks", "") for each in own.gate] == ["Consent?", "A friend?", "Oxygen?"]


def test_a_change_of_the_other_changes_the_hash(folder: Path) -> None:
    own = write(folder, "")
    before = digest(read_protocol(own))
    (folder / "base.yaml").write_text(BASE.replace("<85", "<84"))
    assert digest(read_protocol(own)) != before


def test_a_chain_is_followed_and_a_ring_refused(folder: Path) -> None:
    write(folder, "", "middle")
    last = folder / "last.yaml"
    last.write_text("name: last\nextends: ./middle.yaml\n")
    assert "spo2_low" in read_protocol(str(last)).rules
    (folder / "middle.yaml").write_text("name: middle\nextends: ./last.yaml\n")
    with pytest.raises(ConfigError, match=r"last\.yaml:2: extends: .* goes round"):
        read_protocol(str(last))


def test_what_cannot_be_found_is_a_fault_at_its_line(folder: Path) -> None:
    path = folder / "own.yaml"
    path.write_text("name: own\nextends: ketamin_iv_0_5_40\n")
    with pytest.raises(
        ConfigError, match=r"own\.yaml:2: extends: no protocol is called .* did you"
    ):
        read_protocol(str(path))


def test_phases_of_its_own_need_intervals_of_their_own(folder: Path) -> None:
    own = write(folder, "phases: [{name: before, stage: baseline}]\n")
    with pytest.raises(ConfigError, match="there is no phase 'pre'"):
        read_protocol(own)


FORM = "name: sleep\nversion: 1\nitems: [{name: sleep, high: 10}]\n"


@pytest.mark.parametrize("name", ["./sleep.yaml", "sleep.yaml", "sub/../sleep.yaml"])
def test_a_file_of_the_clinics_own_counts_from_the_file_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    elsewhere = folder / "sub"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (folder / "sleep.yaml").write_text(FORM)
    (folder / "base.yaml").write_text(f"{BASE}forms: [{name}]\n")
    assert set(read_protocol("../base.yaml").forms) == {"sleep"}
    (elsewhere / "own.yaml").write_text("name: own\nextends: ../base.yaml\n")
    assert set(read_protocol("./own.yaml").forms) == {"sleep"}
