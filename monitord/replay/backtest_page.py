"""The report of a back-test as one HTML file. Pure."""

from monitord.replay.load import COMPARATORS, Load
from monitord.replay.page import bars, heading, items, page, paragraph, table
from monitord.replay.verdicts import Verdicts


def backtest_page(protocol: str, load: Load, verdicts: Verdicts, notes: list[str]) -> str:
    """The whole report."""
    rows = load.rows()
    rates = [(row["rule"], row["per hour"]) for row in rows if row["all"]]
    parts = [
        paragraph(f"Protocol {protocol}"),
        table([load.facts()]),
        heading("Alarms by rule"),
        table(rows),
        bars(rates, unit="alarms a patient-hour"),
        paragraph(
            "An alarm counts where it starts, by the worst priority that it reached; a latched one whose "
            "condition comes back counts again. A near miss is a condition that ended before its delay."
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
