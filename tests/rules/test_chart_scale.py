"""Round numbers of an axis, short numbers and the heights of bars."""

import pytest

from clients_app.rules.chart_scale import compact, heights, ticks


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, (0, 1)),
        (1, (0, 1)),
        (2, (0, 1, 2)),
        (4, (0, 1, 2, 3, 4)),
        (5, (0, 2, 4, 6)),
        (8, (0, 2, 4, 6, 8)),
        (9, (0, 5, 10)),
        (999, (0, 500, 1000)),
        (1000, (0, 500, 1000)),
        (1001, (0, 500, 1000, 1500)),
        (1_000_000, (0, 500_000, 1_000_000)),
        (1_000_001, (0, 500_000, 1_000_000, 1_500_000)),
    ],
)
def test_ticks_cover_the_highest_count_in_round_steps(highest, expected):
    assert ticks(highest) == expected


def test_ticks_are_few_and_none_is_wasted():
    for highest in (*range(200), 2**31, 10**15 + 1):
        marks = ticks(highest, at_most=3)

        assert 2 <= len(marks) <= 4
        assert marks[-2] < max(highest, 1) <= marks[-1]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1500, "1.5k"),
        (999_999, "999.9k"),
        (1_000_000, "1M"),
        (2_500_000, "2.5M"),
        (10**9, "1B"),
        (10**12, "1T"),
        (10**15, "1000T"),
    ],
)
def test_compact_shortens_large_numbers(number, text):
    assert compact(number) == text


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0), (0, 0)),
        ((100, 0), (10, 0)),
        ((50, 25), (5, 2.5)),
        ((1, 0), (1, 0)),  # a single one is visible
        ((99_999, 1), (9, 1)),  # also on top of many, and the bar is no higher for it
        ((1, 99_999), (1, 9)),
    ],
)
def test_heights_show_every_count_within_the_full_height(counts, expected):
    top = max(100, sum(counts))

    assert heights(counts, top=top, full=10, least=1) == pytest.approx(expected)
