"""`monitord check`: the value on which a patient may leave ends any alarm of that signal."""

import pytest

from monitord.config import read_protocol
from monitord.config.checks.protocol_lint import advice, gaps
from monitord.config.files.yaml_file import read_text
from monitord.config.protocol.protocols import read_protocol_document
from monitord.engine.protocol.protocol import Protocol
from tests.builders_config import PROTOCOL


def leaving(criterion: str, *, rule: str = "") -> Protocol:
    text = f"{PROTOCOL}discharge:\n  - {{kind: reading, name: leave, signal: spo2, {criterion}}}\n"
    return read_protocol_document(
        read_text(text.replace("    signal: spo2\n", f"    signal: spo2\n{rule}", 1), "p.yaml")
    )


def said(protocol: Protocol) -> list[str]:
    return [sentence for loc, sentence in gaps(protocol) if loc[0] == "discharge"]


def test_a_value_that_ends_every_alarm_is_no_fault() -> None:
    assert said(leaving('needs: ">=95"')) == []
    # The limit itself does not violate it.
    assert said(leaving('needs: ">=90"')) == []


@pytest.mark.parametrize(
    ("criterion", "rule", "sentence"),
    [
        (
            'needs: ">=88"',
            "",
            "a patient may leave at 88, and that does not end spo2_low medium (<90)",
        ),
        (
            'needs: ">=91"',
            "    hysteresis: 2.0\n",
            "a patient may leave at 91, and that does not end spo2_low medium (<90 ends 2 inside)",
        ),
    ],
)
def test_a_value_with_which_an_alarm_stays_is_a_fault(
    criterion: str, rule: str, sentence: str
) -> None:
    assert said(leaving(criterion, rule=rule)) == [sentence]


def test_the_other_side_of_a_signal_is_its_own() -> None:
    assert said(leaving('needs: "<=100"')) == []


def test_only_the_last_phase_counts_for_who_may_leave() -> None:
    """With mild nausea a patient may leave; before that it is shown."""
    shipped = read_protocol("ketamine_iv_0_5_40")
    assert said(shipped) == []


@pytest.mark.parametrize(
    ("more", "asks"),
    [("", "give a `floor`"), (", ceiling: 99.0", "give a `floor`"), (", floor: 90.0", "")],
)
def test_a_share_of_the_own_value_needs_a_bound_on_the_side_that_it_loosens(
    more: str, asks: str
) -> None:
    found = [
        sentence
        for loc, sentence in advice(leaving(f'needs: ">=95", or_within: 2.0{more}'))
        if loc[-1] == "or_within"
    ]
    assert bool(found) is bool(asks)
    assert all(sentence.endswith(asks) for sentence in found)
