"""When an alarm of a record was over, by the state that its lines carry."""

from dataclasses import replace

from monitord.model import AlarmEvent, AlarmPhase
from monitord.model.alarm_lives import lives
from tests.builders import infusing, settings
from tests.builders_notify import line


def test_what_is_answered_after_it_was_gone_ended_with_the_answer() -> None:
    bed = infusing(settings())
    bed.spo2(84, "10s").spo2(97, "10s")
    assert bed.last("spo2_low").state is AlarmPhase.LATCHED
    assert [life.end for life in lives(bed.of("spo2_low"))] == [None]
    bed.acknowledge("spo2_low")
    (life,) = lives(bed.of("spo2_low"))
    assert life.end == bed.last("spo2_low").at


def test_of_lines_that_carry_no_state_the_event_says_it() -> None:
    start = line()
    over = replace(start, event=AlarmEvent.CLEAR)
    assert [life.end for life in lives([start])] == [None]
    assert [life.end for life in lives([start, over])] == [over.at]
