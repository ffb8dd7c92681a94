"""The whole test of a plug-in's contract; what is special to it comes below."""

from collections.abc import Callable

import pytest
from ticker import decode

from monitord.model import Quality


@pytest.mark.monitord_plugin("ticker")
@pytest.mark.monitord_plugin("ear")
@pytest.mark.monitord_plugin("lamp")
def test_the_plug_in_keeps_its_contract(plugin_check: Callable[[], None]) -> None:
    plugin_check()


def test_no_finger_is_no_reading() -> None:
    reading = decode("T S--- P--- B0 D7")
    assert reading is not None
    assert reading.spo2 is None
    assert reading.quality is Quality.PROBE_OFF
