"""Overlay files: shipped, named by protocols, refused where they are not stricter."""

import pytest

from monitord.config.named import names_in
from monitord.config.overlays import read_overlay
from monitord.config.protocols import protocol_names, read_protocol, read_protocol_document
from monitord.config.yaml_file import read_text
from monitord.engine.overlay import tighten
from monitord.engine.protocol import canonical
from monitord.errors import ConfigError
from monitord.model import Priority, Signal
from tests.builders import protocol


@pytest.mark.parametrize("name", [name for name in protocol_names() if name != "watch"])
@pytest.mark.parametrize("overlay", names_in("overlays"))
def test_every_shipped_overlay_fits_every_shipped_protocol(name: str, overlay: str) -> None:
    given = read_protocol(name)
    made = tighten(given, overlay, given.overlays[overlay])
    assert made.rules.keys() > given.rules.keys()


def test_the_postpartum_overlay_alarms_at_160_over_110() -> None:
    rules = read_overlay("postpartum").rules
    found = {
        (next(iter(rule.inputs)), level.priority, str(getattr(level, "limit", "")), level.delay)
        for rule in rules.values()
        for level in rule.levels
    }
    assert (Signal.NIBP_SYS, Priority.MEDIUM, ">=160", 0) in found
    assert (Signal.NIBP_DIA, Priority.MEDIUM, ">100", 0) in found
    assert (Signal.NIBP_SYS, Priority.HIGH, ">=160", 15 * 60_000_000) in found


def test_an_overlay_changes_the_protocols_hash() -> None:
    given = read_protocol("ketamine_iv_0_5_40")
    assert '"overlays":{"postpartum":' in canonical(given)


def test_a_protocol_with_its_overlays_comes_back_from_its_canonical_form() -> None:
    given = read_protocol("ketamine_iv_0_5_40")
    assert read_protocol_document(read_text(canonical(given), "kept.yaml")) == given


def test_an_unknown_overlay_is_a_fault_with_its_line() -> None:
    text = canonical(protocol()).replace('"overlays":{}', '"overlays":["postpartun"]')
    with pytest.raises(ConfigError) as refused:
        read_protocol_document(read_text(text, "p.yaml"))
    assert "no overlay is called 'postpartun'; did you mean 'postpartum'?" in str(refused.value)
