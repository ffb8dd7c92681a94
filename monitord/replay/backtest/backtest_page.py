"""The report of a back-test as one HTML file. Pure."""

from collections.abc import Sequence

from monitord.replay.backtest.alarm_load import COMPARATORS, SPANS, Load
from monitord.replay.backtest.verdicts import Verdicts
from monitord.replay.backtest.worst_sessions import WorstSession
from monitord.replay.html.heat_map import heat_map
from monitord.replay.html.html_page import bars, heading, items, links, page, paragraph, table


def backtest_page(
    protocol: str,
    load: Load,
    verdicts: Verdicts,
    notes: list[str],
    worst: Sequence[WorstSession] = (),
) -> str:
    """The whole report."""
    parts = [
        paragraph(f"Protocol {protocol}"),
        table([load.facts()]),
        heading("Alarms by rule"),
        table(load.rows()),
        bars(rates(load), unit="alarms a patient-hour"),
        paragraph(
            "An alarm counts where staff would first be told of it, by the worst priority that it reached; a latched "
            "one whose condition comes back counts again. Not told is what another alarm silenced from its start to "
            "its end. A near miss is a condition that ended before its delay."
        ),
        heading("Alarms by rule, and when since the beginning of a session"),
        _over_time(load),
        heading("The sessions with most alarms"),
        links(
            (each.page(place), f"{each.session}: {each.alarms} alarms in {each.hours:.1f} h")
            for place, each in enumerate(worst, start=1)
        ),
        heading("Detection of true events"),
        table(load.detection_rows()),
        paragraph(
            "A hit is an alarm of a fitting rule that holds or begins from the event's beginning to two "
            "minutes after its end; the delay counts from its beginning."
        ),
        heading("Alarms that clinicians judged"),
        table(verdicts.rows()),
        heading("Coverage"),
        table(load.coverage_rows()),
        heading("Published figures, for the order of size"),
        items(COMPARATORS),
        heading("To know"),
        items(notes),
    ]
    return page("Back-test", parts)


def _over_time(load: Load) -> str:
    """Alarms a patient-hour in each span that anybody was watched in."""
    cells = load.over_time()
    if not cells:
        return paragraph("none")
    across = [span for n, span in enumerate(SPANS) if load.watched[n]]
    down = list(dict.fromkeys(rule for _, rule in cells))
    return heat_map(("minutes since the beginning", across), ("rule", down), cells)


def rates(load: Load) -> list[tuple[str, float]]:
    """Alarms a patient-hour by rule."""
    return [(row["rule"], row["per hour"]) for row in load.rows() if row["all"]]
