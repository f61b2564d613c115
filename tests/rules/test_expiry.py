"""Expiration: the default, what people type, the edges of the future, the exact second."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clients_app.errors import RuleBroken
from clients_app.rules.expiry import (
    check_expiration,
    default_expiration,
    is_expired,
    parse_end,
    parse_expiration,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 10, 15, 30, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  hypothesis adds the zone
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
).map(ZoneInfo)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def refused(rule, *args) -> str:
    with pytest.raises(RuleBroken) as caught:
        rule(*args)
    assert caught.value.field == "secret.expiration"
    assert str(caught.value).startswith("Enter ")
    assert "%(" not in str(caught.value)
    return str(caught.value)


def test_default_is_the_same_time_one_calendar_year_on():
    assert default_expiration(NOW, UTC) == utc(2027, 11, 23, 10, 15, 30)
    assert default_expiration(utc(2027, 3, 1, 0, 0), UTC) == utc(2028, 3, 1, 0, 0)  # 366 days
    assert default_expiration(NOW, BERLIN).tzinfo is UTC


def test_default_after_a_leap_day_is_28_february_of_the_zone():
    assert default_expiration(utc(2028, 2, 29, 12, 0), UTC) == utc(2029, 2, 28, 12, 0)
    assert default_expiration(utc(2028, 2, 28, 23, 30), BERLIN) == utc(2029, 2, 27, 23, 30)
    assert default_expiration(utc(2028, 2, 29, 23, 30), BERLIN) == utc(2029, 2, 28, 23, 30)
    assert default_expiration(utc(2027, 2, 28, 12, 0), UTC) == utc(2028, 2, 28, 12, 0)


def test_default_keeps_the_wall_time_over_daylight_saving():
    # 29 March: winter time until 2026-03-29 01:00 UTC, summer time in 2027.
    assert default_expiration(utc(2026, 3, 28, 23, 30), BERLIN) == utc(2027, 3, 28, 22, 30)


def test_default_in_a_skipped_hour_ends_as_much_later():
    at_half_past_two = utc(2026, 3, 28, 1, 30)

    ends = default_expiration(at_half_past_two, BERLIN)

    assert ends == utc(2027, 3, 28, 1, 30)
    assert ends.astimezone(BERLIN).strftime("%H:%M") == "03:30"


def test_default_in_a_double_hour_is_the_earlier():
    assert default_expiration(utc(2026, 10, 31, 1, 30), BERLIN) == utc(2027, 10, 31, 0, 30)
    # Half an hour into the second run of the double hour of 2026; 25 October 2027 is plain.
    assert default_expiration(utc(2026, 10, 25, 1, 30), BERLIN) == utc(2027, 10, 25, 0, 30)
    # Tehran doubled the last hour of 21 September in 2018 and in 2019; this is its second run.
    tehran = ZoneInfo("Asia/Tehran")
    assert default_expiration(utc(2018, 9, 21, 20, 0), tehran) == utc(2019, 9, 21, 19, 0)


@given(MOMENTS, ZONES)
def test_default_is_always_acceptable_and_a_year_away(now, zone):
    ends = default_expiration(now, zone)

    check_expiration(ends, now)
    assert timedelta(days=364, hours=22) <= ends - now <= timedelta(days=366, hours=2)


def test_typed_time_is_of_the_zone():
    assert parse_expiration("2027-11-23 10:15", UTC) == utc(2027, 11, 23, 10, 15)
    assert parse_expiration("2027-11-23T10:15", BERLIN) == utc(2027, 11, 23, 9, 15)
    assert parse_expiration("2027-07-01 10:15", BERLIN) == utc(2027, 7, 1, 8, 15)
    assert parse_expiration(" 2027-11-23 10:15\n", UTC) == utc(2027, 11, 23, 10, 15)
    assert parse_expiration("2028-02-29 23:59", UTC) == utc(2028, 2, 29, 23, 59)
    assert parse_expiration("2027-11-23 10:15", BERLIN).tzinfo is UTC


def test_skipped_hour_is_refused_from_its_first_to_its_last_minute():
    assert parse_expiration("2027-03-28 01:59", BERLIN) == utc(2027, 3, 28, 0, 59)
    assert parse_expiration("2027-03-28 03:00", BERLIN) == utc(2027, 3, 28, 1, 0)
    for minute in ("00", "30", "59"):
        sentence = refused(parse_expiration, f"2027-03-28 02:{minute}", BERLIN)
        assert f"for example 2027-03-28 03:{minute}" in sentence
        assert f"The clocks of Europe/Berlin skip 2027-03-28 02:{minute}." in sentence
    assert parse_expiration("2027-03-28 02:30", UTC) == utc(2027, 3, 28, 2, 30)


def test_double_hour_is_the_earlier():
    assert parse_expiration("2027-10-31 01:59", BERLIN) == utc(2027, 10, 30, 23, 59)
    assert parse_expiration("2027-10-31 02:00", BERLIN) == utc(2027, 10, 31, 0, 0)
    assert parse_expiration("2027-10-31 02:59", BERLIN) == utc(2027, 10, 31, 0, 59)
    assert parse_expiration("2027-10-31 03:00", BERLIN) == utc(2027, 10, 31, 2, 0)


@given(MOMENTS, ZONES)
def test_every_shown_time_can_be_typed(moment, zone):
    shown_at = moment.replace(second=0, microsecond=0)
    on_the_clock = shown_at.astimezone(zone)
    assume(not on_the_clock.fold)

    assert parse_expiration(on_the_clock.strftime("%Y-%m-%d %H:%M"), zone) == shown_at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10:15",
        "2027-11-23  10:15",
        "2027-11-23t10:15",
        "2027-11-23 10:15:00",
        "2027-11-23 10:15Z",
        "2027-11-23 10:15+01:00",
        "2027-11-23 1:15",
        "27-11-23 10:15",
        "+2027-11-23 10:15",
        "23.11.2027 10:15",
        "11/23/2027 10:15",
        "2027-W47-2 10:15",
        "tomorrow",
        "\u0662\u0660\u0662\u0667-11-23 10:15",
    ],
)
def test_text_that_is_not_a_date_and_time_is_refused(text):
    assert "YYYY-MM-DD hh:mm" in refused(parse_expiration, text, UTC)


@pytest.mark.parametrize(
    "day", ["2027-02-29", "2027-02-30", "2027-11-31", "2027-13-01", "2027-00-01", "0000-01-01"]
)
def test_day_that_does_not_exist_is_named(day):
    for text in (day, f"{day} 10:15"):
        assert refused(parse_expiration, text, UTC) == f"Enter another day: there is no {day}."


@pytest.mark.parametrize("time", ["24:00", "10:60"])
def test_time_that_does_not_exist_is_named(time):
    sentence = refused(parse_expiration, f"2027-11-23 {time}", UTC)
    assert sentence == f"Enter another time: there is no {time}. A day ends at 23:59."


def test_date_alone_is_the_end_of_that_day_in_the_zone():
    assert parse_expiration("2027-12-31", UTC) == utc(2027, 12, 31, 23, 59, 59)
    assert parse_expiration(" 2027-12-31 ", BERLIN) == utc(2027, 12, 31, 22, 59, 59)
    assert parse_expiration("2027-07-01", BERLIN) == utc(2027, 7, 1, 21, 59, 59)


def test_date_alone_of_a_day_that_ends_twice_is_its_later_end():
    tehran = ZoneInfo("Asia/Tehran")  # the last hour of 21 September 2019 occurred twice
    assert parse_expiration("2019-09-21", tehran) == utc(2019, 9, 21, 20, 29, 59)


def test_the_ends_of_the_calendar_are_refused_without_an_exception():
    refused(parse_expiration, "0001-01-01 00:00", BERLIN)
    refused(parse_expiration, "9999-12-31 23:59", timezone(-timedelta(hours=5)))


@given(st.text())
def test_other_text_is_refused(text):
    refused(parse_expiration, text, UTC)


def test_expiration_must_lie_in_the_future():
    check_expiration(NOW + INSTANT, NOW)
    for past in (NOW, NOW - INSTANT, NOW - timedelta(days=1)):
        sentence = refused(check_expiration, past, NOW)
        assert sentence == "Enter a date and time in the future, or select Never Expires."


def test_expiration_may_be_ten_years_ahead_and_not_a_moment_more():
    latest = utc(2036, 11, 23, 10, 15, 30)

    check_expiration(latest, NOW)
    check_expiration(latest.astimezone(BERLIN), NOW.astimezone(BERLIN))
    assert "at most 10 years ahead" in refused(check_expiration, latest + INSTANT, NOW)
    assert "The latest is 2036-11-23 10:15 UTC." in refused(
        check_expiration, utc(2100, 1, 1), NOW.astimezone(BERLIN)
    )


def test_ten_years_after_a_leap_day_is_28_february():
    leap_day = utc(2028, 2, 29, 12, 0)

    check_expiration(utc(2038, 2, 28, 12, 0), leap_day)
    refused(check_expiration, utc(2038, 2, 28, 12, 0) + INSTANT, leap_day)


def test_never_is_accepted_and_never_expired():
    check_expiration(None, NOW)
    assert not is_expired(None, datetime.max.replace(tzinfo=UTC))


def test_secret_is_expired_from_its_second_on():
    assert not is_expired(NOW, NOW - INSTANT)
    assert is_expired(NOW, NOW)
    assert is_expired(NOW, NOW + INSTANT)
    assert is_expired(NOW.astimezone(BERLIN), NOW)


def test_programs_name_a_moment_with_its_offset_or_type_it_as_people_do():
    for text in ("2027-11-23T10:15:00Z", "2027-11-23T11:15:00+01:00", "2027-11-23 11:15"):
        assert parse_end(text, BERLIN) == utc(2027, 11, 23, 10, 15)
    assert "YYYY-MM-DD hh:mm" in refused(parse_end, "2027-11-23T10:15:00", UTC)
    refused(parse_end, "0001-01-01T00:00:00+01:00", UTC)
