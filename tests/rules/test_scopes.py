"""Scopes: which an API may have, and which a token gets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.errors import RuleBroken
from clients_app.rules.scopes import check_scopes_of_client, clean_scope, granted_scopes
from tests.refused_values import refused_at

OFFERED = ("api", "ocsapi")
SCOPE_TOKENS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters='"\\'), min_size=1
)


def refused(asked: str, offered=OFFERED) -> RuleBroken:
    with pytest.raises(RuleBroken) as caught:
        granted_scopes(asked, offered, default="api")
    assert caught.value.field == "scope"
    return caught.value


@pytest.mark.parametrize("asked", [None, ""])
def test_without_a_scope_the_default_is_granted(asked):
    assert granted_scopes(asked, OFFERED, default="api") == "api"
    assert granted_scopes(asked, OFFERED, default="ocsapi api") == "ocsapi api"


def test_offered_scopes_are_granted_in_the_order_asked_each_once():
    assert granted_scopes("api", OFFERED, default="") == "api"
    assert granted_scopes("ocsapi", OFFERED, default="") == "ocsapi"
    assert granted_scopes("api ocsapi", OFFERED, default="") == "api ocsapi"
    assert granted_scopes("ocsapi api", OFFERED, default="") == "ocsapi api"
    assert granted_scopes("ocsapi api ocsapi", OFFERED, default="") == "ocsapi api"


@pytest.mark.parametrize(
    "asked",
    [
        "API",
        "ap",
        "apis",
        "api admin",
        "admin",
        "openid",
        " ",
        " api",
        "api ",
        "api  ocsapi",
        "api\tocsapi",
        "api,ocsapi",
        "api+ocsapi",
        "api\n",
        "api\x00",
        '"api"',
        "api\\",
        "\uff41pi",
        "\u00e4pi",
        "api\x7f",
    ],
)
def test_anything_else_is_refused_as_a_whole(asked):
    refused(asked)


@pytest.mark.parametrize("character", [" ", '"', "\\", "\x1f", "\x7f", "\u0080"])
def test_forbidden_characters_are_refused_even_if_offered(character):
    refused(f"a{character}b", offered=(f"a{character}b",))


@pytest.mark.parametrize("character", ["!", "#", "[", "]", "~", ":", "/", "."])
def test_characters_at_the_edges_of_the_grammar_are_allowed(character):
    assert granted_scopes(f"a{character}b", (f"a{character}b",), default="") == f"a{character}b"


def test_refusal_lists_what_is_offered_and_not_what_was_asked():
    sentence = str(refused('<"evil\\>'))

    assert sentence == "Enter scopes from this list, with single spaces between: api ocsapi."


@given(st.lists(SCOPE_TOKENS, min_size=1, unique=True), st.data())
def test_any_choice_of_the_offered_is_granted_as_asked(offered, data):
    asked = data.draw(st.lists(st.sampled_from(offered), min_size=1, unique=True))

    assert granted_scopes(" ".join(asked), offered, default="") == " ".join(asked)


@given(st.text(min_size=1).filter(lambda text: not set(text.split(" ")) <= set(OFFERED)))
def test_other_text_is_refused(asked):
    refused(asked)


@pytest.mark.parametrize("scope", ["a", "s" * 100, "orders:read", "https://a/b.read", "!#[]~"])
def test_scope_of_an_api_is_trimmed_and_taken(scope):
    assert clean_scope(f" {scope} ") == scope


@pytest.mark.parametrize("scope", ["", " ", "a b", 'a"b', "a\\b", "\x00", "é", "s" * 101])
def test_text_that_is_no_scope_is_refused(scope):
    with refused_at("scopes"):
        clean_scope(scope)


def test_scopes_of_a_client_fit_into_a_token():
    check_scopes_of_client(["s" * 1023, "t" * 1024], api_name="Orders")
    with refused_at("apis"):
        check_scopes_of_client(["s" * 1024, "t" * 1024], api_name="Orders")
