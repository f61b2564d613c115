"""Two tenants with an API each: neither API accepts a token of the other tenant's clients.

The APIs check issuer, signature and ``aud``, as libraries do, and nothing looks at ``tid``: RES-1
and RES-3 alone keep the tenants apart. Every combination of client, API and scope is tried.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final, NamedTuple

import pytest

from clients_app import conf
from clients_app.models import SigningKey, Tenant
from clients_app.services.signing_keys.public_keys import published_jwks
from tests.factories import let_call, make_api, make_client, make_tenant
from tests.oauth import wsgi
from tests.oauth.jwt_libraries import REFUSALS, VERIFIERS
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import Reply, basic, form

BUILT_IN: Final = "http://localhost:8000"
FIRST: Final = "https://api.example.com/first"
SECOND: Final = "urn:example:second"
OTHER_OF: Final = {FIRST: SECOND, SECOND: FIRST}
SCOPES_OF: Final = {FIRST: ("common", "first"), SECOND: ("common", "second")}


class Caller(NamedTuple):
    """A client, and the Identifier of the API of its tenant."""

    id: str
    plain: str
    own: str


@pytest.fixture
def callers(tenant: Tenant, signing_key: SigningKey) -> list[Caller]:
    """Of each tenant: a client with both APIs, one with its own as default, one with only that."""
    made = []
    for identifier, owner in ((FIRST, tenant), (SECOND, make_tenant("Contoso"))):
        api = make_api("Orders", owner, *SCOPES_OF[identifier], identifier=identifier)
        for name, built_in, default in (
            ("Both", True, None),
            ("Own by default", True, api),
            ("Only own", False, api),
        ):
            added = make_client(name, owner)
            let_call(added.client, api, built_in=built_in, default=default)
            made.append(Caller(str(added.client.pk), added.plain, identifier))
    return made


def ways_to_name(own: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield the parameters that name the own API, the other tenant's, the built-in one or none."""
    yield ()
    for name, identifier in product(
        ("resource", "audience"),
        (own, OTHER_OF[own], BUILT_IN, "", "urn:example:unknown", OTHER_OF[own] + "/"),
    ):
        yield ((name, identifier),)
    for one, two in product((own, OTHER_OF[own]), repeat=2):
        yield (("resource", one), ("audience", two))
        yield (("resource", one), ("resource", two))


def ways_to_ask() -> Iterator[dict[str, str]]:
    yield {}
    for scope in ("common", "first", "second", "first second", "api"):
        yield {"scope": scope}


def accepting(token: str, jwks: dict[str, Any]) -> set[str]:
    """Return which of the two APIs accept a token; the libraries agree about it."""
    found = {FIRST: set[bool](), SECOND: set[bool]()}
    for identifier, verify in product(found, VERIFIERS):
        try:
            verify(token, jwks, issuer=conf.issuer(), audience=identifier)
        except REFUSALS:
            found[identifier].add(False)
        else:
            found[identifier].add(True)
    assert all(len(verdicts) == 1 for verdicts in found.values())
    return {identifier for identifier, verdicts in found.items() if verdicts == {True}}


def asked(caller: Caller, named: tuple[tuple[str, str], ...], scope: dict[str, str]) -> Reply:
    body = form(GRANT, *named, **scope)
    environ = wsgi.environ(authorization=basic(caller.id, caller.plain), body=body)
    return wsgi.through_the_short_entrance(environ)


def test_api_accepts_no_token_of_another_tenant(callers: list[Caller]):
    """Whatever a client asks for; and its own API accepts what was asked for it."""
    jwks = published_jwks()
    for caller in callers:
        own, common = caller.own, ({}, {"scope": "common"})
        for named, scope in product(ways_to_name(own), ways_to_ask()):
            reply = asked(caller, named, scope)

            apis = set()
            if reply.status == 200:
                apis = accepting(reply.json()["access_token"], jwks)
            else:
                assert reply.status == 400
                assert reply.json()["error"] in {"invalid_target", "invalid_scope"}
            assert apis <= {own}, (named, scope)
            if named in ((("resource", own),), (("audience", own),)) and scope in common:
                assert apis == {own}
            if any(identifier.startswith(OTHER_OF[own]) for _, identifier in named):
                assert reply.status == 400, (named, scope)


def test_api_of_another_tenant_is_as_good_as_none(callers: list[Caller]):
    """RES-3: its Identifier and its scopes get the same bytes as those that nobody has."""
    for caller in callers:
        theirs = OTHER_OF[caller.own]
        (scope,) = set(SCOPES_OF[theirs]) - {"common"}
        for name in ("resource", "audience"):
            for asked_scope in ({}, {"scope": "common"}, {"scope": scope}):
                foreign = asked(caller, ((name, theirs),), asked_scope)
                unknown = asked(caller, ((name, "urn:example:unknown"),), asked_scope)
                assert (foreign.status, foreign.body) == (unknown.status, unknown.body)
                assert foreign.json()["error"] == "invalid_target"
        foreign = asked(caller, (), {"scope": scope})
        unknown = asked(caller, (), {"scope": "nobody-has-it"})
        assert (foreign.status, foreign.body) == (unknown.status, unknown.body)
