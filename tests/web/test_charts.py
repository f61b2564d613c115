"""Charts as inline SVG."""

import re

import pytest
from django.template import Context, Template

WEEK = [(0, 0), (5, 0), (10, 0), (0, 0), (0, 0), (9, 1), (0, 2)]


def spark(days):
    return Template("{% spark days %}").render(Context({"days": days}))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (WEEK, "7 days: 24 tokens, 3 refused requests"),
        ([(0, 0)] * 6 + [(1_000_000, 1)], "7 days: 1,000,000 tokens, 1 refused request"),
        ([(0, 0)] * 7, "7 days: 0 tokens, 0 refused requests"),
        ([(1, 0)], "1 day: 1 token, 0 refused requests"),
    ],
)
def test_spark_says_in_words_what_it_shows(days, words):
    assert f'role="img" viewBox="0 0 {len(days) * 6 - 1} 15"><title>{words}</title>' in spark(days)


def test_spark_draws_a_bar_for_each_day_that_has_requests():
    lines = dict(re.findall(r'class="line-(\w+)" d="([^"]*)"', spark(WEEK)))

    assert lines["none"].count("v-1") == 7
    assert lines["tokens"] == "M8.5 14v-7M14.5 14v-14M32.5 14v-12.5"
    assert lines["refused"] == "M32.5 1.5v-1.5M38.5 14v-3"


def test_spark_of_a_quiet_week_draws_its_base_line_alone():
    assert re.findall(r'class="line-(\w+)"', spark([(0, 0)] * 7)) == ["none"]


def test_spark_obeys_the_content_security_policy():
    assert "style" not in spark(WEEK)
    assert "script" not in spark(WEEK)
