"""The look and sound of each priority, in the table that the page is made of, against IEC 60601-1-8.

Figures: `clinical.md` 3.1 of the project's references; contrasts by WCAG 2.
"""

import json
import re
from colorsys import rgb_to_hsv
from pathlib import Path
from typing import Any

import pytest

SRC = Path(__file__).parents[2] / "monitord" / "station" / "web" / "src"
TABLE: dict[str, Any] = json.loads((SRC / "alarm_signals.json").read_text())
THEMES: dict[str, Any] = TABLE["themes"]
PRIORITIES = ("high", "medium", "low")
LINEAR_FROM = 0.04045


def rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    linear = [c / 12.92 if c <= LINEAR_FROM else ((c + 0.055) / 1.055) ** 2.4 for c in rgb(colour)]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def hue(colour: str) -> float:
    return rgb_to_hsv(*rgb(colour))[0] * 360


@pytest.mark.parametrize("theme", THEMES)
def test_a_high_alarm_stands_out_from_its_tile_lit_and_unlit(theme: str) -> None:
    tile, high = THEMES[theme]["tile"], THEMES[theme]["high"]
    for lit, unlit in (("lit", "unlit"), ("frame_lit", "frame_unlit"), ("edge_lit", "edge_unlit")):
        assert contrast(high[lit], tile) >= 4
        assert contrast(high[unlit], tile) >= 2.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("priority", PRIORITIES)
def test_text_on_an_alarm_can_be_read_while_it_flashes(theme: str, priority: str) -> None:
    colours = THEMES[theme][priority]
    assert contrast(colours["text"], colours["lit"]) >= 4.5
    assert contrast(colours["text"], colours["unlit"]) >= 4.5
    assert contrast(colours["on_mark"], colours["mark"]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_in_greyscale_the_frame_of_a_high_alarm_differs_most_from_the_tile(theme: str) -> None:
    tile = THEMES[theme]["tile"]
    frames = [contrast(THEMES[theme][priority]["frame_lit"], tile) for priority in PRIORITIES]
    fills = [contrast(THEMES[theme][priority]["lit"], tile) for priority in PRIORITIES]
    assert frames[0] > max(frames[1:])
    assert fills[0] > max(fills[1:])


def test_the_worse_the_wider_is_the_frame() -> None:
    high, medium, low = (TABLE["frame_px"][priority] for priority in PRIORITIES)
    assert high > medium > low >= 2


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("priority", "least", "most"), [("high", 345, 360), ("medium", 40, 60), ("low", 180, 195)]
)
def test_high_is_red_medium_yellow_low_cyan(
    theme: str, priority: str, least: float, most: float
) -> None:
    colours = THEMES[theme][priority]
    assert least <= hue(colours["edge_lit"]) <= most
    assert least <= hue(colours["mark"]) <= most


@pytest.mark.parametrize(("priority", "least", "most"), [("high", 1.4, 2.8), ("medium", 0.4, 0.8)])
def test_flash_rates_and_duty_cycles_are_the_standards(
    priority: str, least: float, most: float
) -> None:
    flash = TABLE["flash"][priority]
    assert least <= flash["hz"] <= most
    assert 0.2 <= flash["duty"] <= 0.6
    assert TABLE["flash"]["low"] == {"hz": 0, "duty": 1}


def test_the_style_sheets_flash_at_the_duty_of_the_table_and_write_no_rate_of_their_own() -> None:
    sheets = "".join(path.read_text() for path in SRC.glob("*.css"))
    frames = re.findall(r"@keyframes (flash-[a-z-]+) \{ (\d+)%", sheets)
    assert {name for name, _ in frames} >= {"flash-high-box", "flash-medium-frame"}
    for name, at in frames:
        priority = name.split("-")[1]
        assert int(at) / 100 == TABLE["flash"][priority]["duty"]
    for animation in re.findall(r"animation: (flash-[^;]+);", sheets):
        # It stands still at lit or unlit: one that runs costs a screen an eighth of a processor.
        assert re.fullmatch(
            r"flash-(\w+)-\w+ var\(--\1-period\) steps\(1\) infinite paused", animation
        )


def test_bursts_have_the_standards_pulses_and_pauses() -> None:
    high, medium, low = (TABLE["bursts"][priority] for priority in PRIORITIES)
    assert len(high["gaps_s"]) == 9
    assert 0.075 <= high["pulse_s"] <= 0.2
    x = high["gaps_s"][0]
    assert 0.05 <= x <= 0.125
    assert [high["gaps_s"][n] for n in (1, 3, 5, 6, 8)] == [x] * 5
    for long in (high["gaps_s"][2], high["gaps_s"][7]):
        assert long == pytest.approx(2 * x + high["pulse_s"])
    assert 0.35 <= high["gaps_s"][4] <= 1.3
    assert 2.5 <= high["pause_s"] <= 15
    assert len(medium["gaps_s"]) == 2
    assert 2.5 <= medium["pause_s"] <= 30
    assert len(low["gaps_s"]) in {0, 1}
    assert low["pause_s"] > 15
    for burst in (medium, low):
        assert 0.125 <= burst["pulse_s"] <= 0.25
        assert all(0.125 <= gap <= 0.25 for gap in burst["gaps_s"])


def test_sounds_are_within_the_standards_pitch_and_no_worse_one_is_quieter() -> None:
    high, medium, low = (TABLE["bursts"][priority] for priority in PRIORITIES)
    assert high["level"] >= medium["level"] >= low["level"]
    harmonics = TABLE["harmonics"]
    assert harmonics[1] == 1
    # 15 dB below the fundamental is 0.178 of it.
    assert all(level >= 0.178 for level in harmonics[1:])
    for burst in (high, medium, low):
        assert 150 <= burst["hz"] <= 1000
        heard = [n for n in range(1, len(harmonics)) if 300 <= n * burst["hz"] <= 4000]
        assert len(heard) >= 4
    assert 0.1 <= TABLE["rise"] <= 0.4
