"""A bed under a few rules of the shipped ketamine protocol alone, told by routes of a test's own."""

from collections.abc import Mapping
from dataclasses import replace

from monitord.config.protocol.protocols import read_protocol
from monitord.engine.protocol.protocol import Protocol, Route, Settings, Source
from monitord.model import Priority, Signal
from tests.builders import CUFF, OXIMETER


def protocol_of(*rules: str) -> Protocol:
    """These rules, and nothing that asks, is due or holds the gate."""
    shipped = read_protocol("ketamine_iv_0_5_40")
    return replace(
        shipped,
        name="small",
        rules={name: shipped.rules[name] for name in rules},
        schedule={},
        gate=(),
        prompts={},
    )


def settings_of(protocol: Protocol, routes: Mapping[Priority, Route]) -> Settings:
    """One bed with an oximeter and a cuff."""
    return Settings(
        suite="test",
        bed="1",
        sources={
            OXIMETER: Source(signals=(Signal.SPO2, Signal.PULSE_RATE)),
            CUFF: Source(signals=(Signal.NIBP_SYS, Signal.NIBP_DIA)),
        },
        watch=read_protocol("bed_without_session"),
        protocols={protocol.name: protocol},
        routes=dict(routes),
    )
