"""What several chairs speak through is lost: one alarm names them, and none is hidden without it."""

from hypothesis import given
from hypothesis import strategies as st

from monitord.daemon.lines.gateways import Gateways
from monitord.model import Cause, Fault

BEDS = ("1", "2", "3")


def three() -> Gateways:
    gateways = Gateways()
    for bed in BEDS:
        gateways.bind(bed, "oximeter", "box", f"Chair {bed}")
    return gateways


def link(bed: str, *, lost: bool, gateways: Gateways) -> list[tuple[str | None, str]]:
    fault = Fault(cause=Cause.LINK, subject="oximeter", present=lost)
    return [(to, said.detail) for to, said in gateways.heard(bed, fault)]


def test_one_lost_chair_is_no_lost_gateway() -> None:
    assert link("1", lost=True, gateways=three()) == []


def test_with_the_second_the_suite_hears_first_and_then_the_beds() -> None:
    gateways = three()
    link("1", lost=True, gateways=gateways)
    said = link("2", lost=True, gateways=gateways)
    assert said == [(None, "Chair 1, Chair 2"), ("1", "its gateway"), ("2", "its gateway")]


def test_a_third_is_named_too() -> None:
    gateways = three()
    for bed in BEDS[:2]:
        link(bed, lost=True, gateways=gateways)
    said = link("3", lost=True, gateways=gateways)
    assert said == [(None, "Chair 1, Chair 2, Chair 3"), ("3", "its gateway")]


def test_a_chair_that_alone_stays_lost_is_told_by_its_bed_before_the_alarm_ends() -> None:
    gateways = three()
    for bed in BEDS[:2]:
        link(bed, lost=True, gateways=gateways)
    assert link("1", lost=False, gateways=gateways) == [("1", ""), ("2", ""), (None, "")]


def test_a_device_that_leaves_the_suite_is_named_no_longer() -> None:
    gateways = three()
    for bed in BEDS[:2]:
        link(bed, lost=True, gateways=gateways)
    said = [(to, fault.present) for to, fault in gateways.forget("1", "oximeter")]
    assert said == [("2", False), (None, False)]


def test_what_speaks_through_nothing_shared_is_not_looked_at() -> None:
    gateways = three()
    other = Fault(cause=Cause.LINK, subject="cuff", present=True)
    assert list(gateways.heard("1", other)) == []


@given(st.lists(st.tuples(st.sampled_from(BEDS), st.booleans()), max_size=30))
def test_no_link_is_hidden_while_the_suite_tells_nothing(steps: list[tuple[str, bool]]) -> None:
    gateways = three()
    told, hidden = "", set[str]()
    for bed, lost in steps:
        for to, detail in link(bed, lost=lost, gateways=gateways):
            if to is None:
                told = detail
            else:
                (hidden.add if detail else hidden.discard)(to)
            assert told or not hidden
        assert {f"Chair {each}" for each in hidden} == set(filter(None, told.split(", ")))


LOST = ({("1", "oximeter"), ("2", "oximeter")}, {"box": "Chair 1, Chair 2"})


def said_of(faults: list[tuple[str | None, Fault]]) -> list[tuple[str | None, str]]:
    return [(to, fault.detail) for to, fault in faults]


def test_after_a_restart_a_lost_gateway_goes_on_until_a_device_behind_it_is_heard() -> None:
    gateways = Gateways()
    gateways.restore(*LOST)
    assert gateways.hides("1", "oximeter")
    for bed in BEDS:
        gateways.bind(bed, "oximeter", "box", f"Chair {bed}")
    assert list(gateways.restored()) == []
    assert link("1", lost=True, gateways=gateways) == []
    assert link("2", lost=False, gateways=gateways) == [("1", ""), ("2", ""), (None, "")]


def test_after_a_restart_what_is_bound_otherwise_is_lost_no_longer() -> None:
    gateways = Gateways()
    gateways.restore(*LOST)
    gateways.bind("1", "oximeter", "box", "Chair 1")
    assert said_of(list(gateways.restored())) == [("2", ""), ("1", ""), (None, "")]
