"""The calculation of how many beds a hospital bears stands on what is measured now, and names what breaks first."""

from tests.hospital.cost_on_paper import costs, limits, table


async def test_each_part_bears_more_than_a_thousand_beds_and_the_least_stands_first() -> None:
    found = costs((100, 300))
    beds = [each for *_, each in limits(found)]
    assert beds == sorted(beds)
    assert beds[0] > 1000
    assert table(found).count("\n") == 5
