"""The API that a token is for. RFC 8707 section 2; RFC 6749 section 3.3; RES-2, RES-3, RES-6."""

import pytest

from clients_app.rules.targets import (
    Reach,
    built_in_target,
    chosen_for_person,
    chosen_target,
    combined,
    custom_target,
)
from tests.refused_values import refused_at

BUILT_IN = built_in_target("1", "https://portal.example", ("api", "ocsapi"))
ORDERS = custom_target("2", "https://orders.example", ("read", "write"))
STOCK = custom_target("3", "urn:example:stock", ("count", "read"))
BARE = custom_target("4", "api://bare", ())
ALL = {one.identifier: one for one in (BUILT_IN, ORDERS, STOCK, BARE)}
REACH = Reach(ALL, BUILT_IN)


@pytest.mark.parametrize(
    ("named", "scope", "target", "granted"),
    [
        (None, None, BUILT_IN, "api"),
        ("", "", BUILT_IN, "api"),
        (None, "ocsapi api", BUILT_IN, "ocsapi api"),
        (None, "write", ORDERS, "write"),
        (None, "write read", ORDERS, "write read"),
        (None, "write write", ORDERS, "write"),
        (None, "count", STOCK, "count"),
        (ORDERS.identifier, None, ORDERS, "read write"),
        (ORDERS.identifier, "", ORDERS, "read write"),
        (ORDERS.identifier, "read", ORDERS, "read"),
        (STOCK.identifier, "read", STOCK, "read"),
        (BUILT_IN.identifier, "ocsapi", BUILT_IN, "ocsapi"),
        (BARE.identifier, None, BARE, ""),
    ],
)
def test_request_gets_one_api_with_scopes_of_that_api(named, scope, target, granted):
    chosen = chosen_target(REACH, named=named, scope=scope)

    assert (chosen.target, chosen.scope) == (target, granted)
    assert chosen.asked_scope == (granted if scope else "")
    assert chosen.is_named == bool(named)


@pytest.mark.parametrize(
    ("named", "scope"),
    [
        ("https://unknown.example", None),
        ("https://unknown.example", "read"),
        ("https://unknown.example", "unknown"),
        ("https://ORDERS.example", None),
        ("https://orders.example/", None),
        (f"{ORDERS.identifier} {STOCK.identifier}", None),
        (None, "read"),  # of two APIs
        (None, "write count"),  # each of another
        (None, "api write"),
    ],
)
def test_no_such_api_or_several_are_refused_as_resource(named, scope):
    with refused_at("resource"):
        chosen_target(REACH, named=named, scope=scope)


@pytest.mark.parametrize(
    ("named", "scope"),
    [
        (None, "unknown"),
        (None, "read unknown"),
        (None, " read"),
        (None, "write "),
        (ORDERS.identifier, "count"),
        (ORDERS.identifier, "read count"),
        (BUILT_IN.identifier, "read"),
        (BARE.identifier, "read"),
    ],
)
def test_scope_of_no_api_or_of_another_is_refused_as_scope(named, scope):
    with refused_at("scope"):
        chosen_target(REACH, named=named, scope=scope)


def test_default_api_is_for_requests_that_name_neither_api_nor_scope():
    reach = Reach(ALL, STOCK)

    assert chosen_target(reach, named=None, scope=None).scope == "count read"
    assert chosen_target(reach, named=None, scope="api").target is BUILT_IN


def test_client_without_default_or_anything_to_call_is_refused():
    for reach in (Reach({}, None), Reach({ORDERS.identifier: ORDERS}, None)):
        with refused_at("resource"):
            chosen_target(reach, named=None, scope=None)
    with refused_at("scope"):
        chosen_target(Reach({}, None), named=None, scope="api")


def test_origin_names_the_built_in_api_and_is_no_second_api():
    reach = combined([(ORDERS, False)], BUILT_IN, origin="https://origin.example")

    chosen = chosen_target(reach, named="https://origin.example", scope="ocsapi")
    assert (chosen.target.identifier, chosen.scope) == ("https://origin.example", "ocsapi")
    assert chosen.target.api_id == BUILT_IN.api_id
    assert chosen_target(reach, named=None, scope="ocsapi").target is BUILT_IN
    assert combined([], None, origin="https://origin.example") == Reach({}, None)


def person_request(named=None, scope=None, *, may_refresh=True):
    origin = "https://portal.example"
    return chosen_for_person(
        REACH, origin=origin, may_refresh=may_refresh, named=named, scope=scope
    )


@pytest.mark.parametrize(
    ("named", "scope", "api_id", "of_api", "identity"),
    [
        (None, "openid", "", "", "openid"),
        (None, "profile openid email", "", "", "email openid profile"),
        (None, "openid write", "2", "write", "openid"),
        (None, "write", "2", "write", ""),
        (None, None, "1", "api", ""),
        (ORDERS.identifier, "openid", "2", "read write", "openid"),
        (ORDERS.identifier, None, "2", "read write", ""),
        (BARE.identifier, "openid", "4", "", "openid"),
        (None, "openid offline_access read write", "2", "read write", "offline_access openid"),
    ],
)
def test_person_request_gets_identity_scopes_besides_one_api(
    named, scope, api_id, of_api, identity
):
    """AUT-12."""
    chosen = person_request(named, scope)

    assert (chosen.target.api_id, chosen.scope, chosen.identity_scope) == (api_id, of_api, identity)


def test_offline_access_is_ignored_for_a_client_without_refresh_tokens():
    """OpenID Connect Core section 11; also alone, where it asks for no API."""
    assert person_request(scope="openid offline_access", may_refresh=False).all_scope == "openid"
    assert person_request(scope="offline_access", may_refresh=False).all_scope == ""


@pytest.mark.parametrize(
    ("named", "scope", "field"),
    [
        (None, "openid read", "resource"),  # two APIs have it
        (None, "openid nonsense", "scope"),
        (None, "openid address", "scope"),
        (ORDERS.identifier, "openid count", "scope"),
        ("urn:example:other", "openid", "resource"),
        (None, "openid  write", "scope"),
    ],
)
def test_person_request_for_what_the_client_may_not_have_is_refused(named, scope, field):
    with refused_at(field):
        person_request(named, scope)
