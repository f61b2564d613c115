"""Token Lifetime: whole seconds from 60 to 3600, and nothing that only resembles them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.errors import RuleBroken
from clients_app.rules.lifetimes import check_token_lifetime, parse_token_lifetime


def refused(rule, value) -> str:
    with pytest.raises(RuleBroken) as caught:
        rule(value)
    assert caught.value.field == "token_lifetime"
    assert str(caught.value).startswith("Enter a whole number from 60 to 3600. ")
    return str(caught.value)


def test_empty_means_the_default():
    assert parse_token_lifetime("") == 3600


@given(st.integers(60, 3600))
def test_every_whole_number_in_the_range_is_taken(seconds):
    assert parse_token_lifetime(str(seconds)) == seconds
    assert check_token_lifetime(seconds) == seconds


@given(st.integers().filter(lambda seconds: not 60 <= seconds <= 3600))
def test_every_other_number_is_refused(seconds):
    refused(parse_token_lifetime, str(seconds))
    refused(check_token_lifetime, seconds)


def test_both_edges_of_the_range_are_taken():
    assert parse_token_lifetime("60") == check_token_lifetime(60) == 60
    assert parse_token_lifetime("3600") == check_token_lifetime(3600) == 3600
    shortest = "The shortest Token Lifetime is 60 seconds (one minute)."
    longest = "The longest Token Lifetime is 3600 seconds (one hour)."
    for short in (59, 0):
        assert shortest in refused(parse_token_lifetime, str(short))
        assert shortest in refused(check_token_lifetime, short)
    assert shortest in refused(check_token_lifetime, -1)
    for long in (3601, 7200, 10**8, 10**9, 10**4000):
        assert longest in refused(check_token_lifetime, long)
        assert longest in refused(parse_token_lifetime, f"{long:d}")


def test_number_of_any_length_is_refused_as_too_long():
    assert "one hour" in refused(parse_token_lifetime, "9" * 100_000)


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "3600 ",
        " 3600",
        "3600\n",
        "\t3600",
        "3600\u00a0",
        "+60",
        "-60",
        "060",
        "0060",
        "1e3",
        "60.0",
        "60,0",
        "3600.5",
        "3_600",
        "3,600",
        "3 600",
        "0x3c",
        "60s",
        "one hour",
        "true",
        "NaN",
        "inf",
        "60\x00",
        "\u0663\u0666\u0660\u0660",
        "\uff13\uff16\uff10\uff10",
        "36\u00b2",
    ],
)
def test_text_that_resembles_a_number_is_refused(text):
    assert "Use only the digits 0 to 9" in refused(parse_token_lifetime, text)


@pytest.mark.parametrize("value", [True, False, 60.0, 3600.5, "3600", None])
def test_json_value_that_is_not_a_whole_number_is_refused(value):
    assert "Use only the digits 0 to 9" in refused(check_token_lifetime, value)


@given(st.text(min_size=1).filter(lambda text: not (text.isascii() and text.isdigit())))
def test_other_text_is_refused(text):
    refused(parse_token_lifetime, text)
