"""Dates and times in words, in the reader's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clients_app.templatetags import moments

NOW = datetime(2026, 11, 23, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=9), "just now"),
        (timedelta(seconds=31), "31 seconds ago"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
        (timedelta(days=7), "16 Nov 2026"),
    ],
)
def test_ago_shows_elapsed_time_in_words(past, words):
    assert moments.ago(NOW - past, NOW) == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(seconds=30), "Expires in 30 seconds"),
        (timedelta(days=12, minutes=-1), "Expires in 12 days"),
        (timedelta(days=30, seconds=-1), "Expires in 30 days"),
        (timedelta(days=30), "Expires 23 Dec 2026"),
    ],
)
def test_expires_shows_time_left_in_words(ahead, words):
    assert moments.expires(NOW + ahead, NOW) == words


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("UTC", "23 Nov 2026, 10:15 UTC"),
        ("Europe/Berlin", "23 Nov 2026, 11:15 CET"),
        ("America/Sao_Paulo", "23 Nov 2026, 07:15 UTC-03"),
        ("Pacific/Auckland", "23 Nov 2026, 23:15 NZDT"),
    ],
)
def test_day_and_time_name_the_time_zone(zone, words):
    with timezone.override(ZoneInfo(zone)):
        assert moments.day_time(NOW) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (60, "1 minute"),
        (90, "1 minute 30 seconds"),
        (900, "15 minutes"),
        (3599, "59 minutes 59 seconds"),
        (3600, "1 hour"),
    ],
)
def test_seconds_are_shown_in_words(seconds, words):
    assert moments.seconds_in_words(seconds) == words


def test_when_includes_the_full_time_for_hover_and_machines():
    drawn = moments.when({"now": NOW}, NOW - timedelta(minutes=4))

    assert drawn == (
        '<time datetime="2026-11-23T10:11:00Z" title="23 Nov 2026, 10:11:00 UTC">'
        "4 minutes ago</time>"
    )
    assert moments.when({"now": NOW}, None) == "Never"
