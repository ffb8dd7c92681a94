"""Overlay files: shipped, named by protocols, refused where they are not stricter."""

import pytest

from monitord.config.files.file_references import names_in
from monitord.config.files.yaml_file import read_text
from monitord.config.protocol.overlay_files import read_overlay
from monitord.config.protocol.protocols import protocol_names, read_protocol, read_protocol_document
from monitord.engine.protocol.protocol import canonical
from monitord.engine.session.overlay import overlaid, tighten
from monitord.errors import ConfigError
from monitord.model import Priority, Signal
from tests.builders import protocol


@pytest.mark.parametrize(
    "name", [name for name in protocol_names() if name != "bed_without_session"]
)
@pytest.mark.parametrize("overlay", names_in("overlays"))
def test_every_shipped_overlay_fits_every_shipped_protocol(name: str, overlay: str) -> None:
    given = read_protocol(name)
    asked = given.overlays[overlay]
    if overlay in given.always:
        assert {key: given.rules[key] for key in asked.rules} == asked.rules
        assert overlaid(given, [overlay]) == given
        return
    made = tighten(given, overlay, asked)
    assert made.rules.keys() > given.rules.keys()


def test_what_is_given_right_after_birth_is_never_without_its_overlays() -> None:
    """The clinical reference's 'postpartum overrides always on', and both of the first 48 hours."""
    assert read_protocol("esketamine_iv_0_2_40").always == ("postpartum", "postpartum_48h")
    assert read_protocol("ketamine_iv_0_5_40").always == ()


ALWAYS = """\
extends: ketamine_iv_0_5_40
name: ours
version: 1
title: ours
overlays: [postpartum]
always: [postpartam]
"""


def test_an_overlay_that_always_holds_must_be_one_of_the_protocol() -> None:
    with pytest.raises(ConfigError, match="no overlay 'postpartam'; did you mean 'postpartum'"):
        read_protocol_document(read_text(ALWAYS, "ours.yaml"))
    made = read_protocol_document(
        read_text(ALWAYS.replace("postpartam", "postpartum"), "ours.yaml")
    )
    assert "postpartum_sys_high" in made.rules
    assert made.name == "ours"


def test_the_postpartum_overlay_alarms_at_160_over_110() -> None:
    rules = read_overlay("postpartum").rules
    found = {
        (next(iter(rule.inputs)), level.priority, str(getattr(level, "limit", "")), level.delay)
        for rule in rules.values()
        for level in rule.levels
    }
    assert (Signal.NIBP_SYS, Priority.HIGH, ">=160", 0) in found
    assert (Signal.NIBP_DIA, Priority.MEDIUM, ">100", 0) in found
    assert (Signal.NIBP_DIA, Priority.HIGH, ">=110", 0) in found


def test_an_overlay_changes_the_protocols_hash() -> None:
    given = read_protocol("ketamine_iv_0_5_40")
    assert '"overlays":{"postpartum":' in canonical(given)


@pytest.mark.parametrize("name", ["ketamine_iv_0_5_40", "esketamine_iv_0_2_40"])
def test_a_protocol_with_its_overlays_comes_back_from_its_canonical_form(name: str) -> None:
    given = read_protocol(name)
    assert read_protocol_document(read_text(canonical(given), "kept.yaml")) == given


def test_an_unknown_overlay_is_a_fault_with_its_line() -> None:
    text = canonical(protocol()).replace('"overlays":{}', '"overlays":["postpartun"]')
    with pytest.raises(ConfigError) as refused:
        read_protocol_document(read_text(text, "p.yaml"))
    assert "no overlay is called 'postpartun'; did you mean 'postpartum'?" in str(refused.value)
