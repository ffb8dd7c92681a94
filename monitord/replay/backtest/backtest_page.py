"""The report of a back-test as one HTML file. Pure."""

from monitord.replay.backtest.alarm_load import COMPARATORS, Load
from monitord.replay.backtest.verdicts import Verdicts
from monitord.replay.html.html_page import bars, heading, items, page, paragraph, table


def backtest_page(protocol: str, load: Load, verdicts: Verdicts, notes: list[str]) -> str:
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


def rates(load: Load) -> list[tuple[str, float]]:
    """Alarms a patient-hour by rule."""
    return [(row["rule"], row["per hour"]) for row in load.rows() if row["all"]]
