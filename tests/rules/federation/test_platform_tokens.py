"""What a platform's token must say, check by check, and rules that are made to fit. FED-1 to 3."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.assertion_problems import PROBLEMS
from clients_app.rules.federation.github import ISSUER as GITHUB
from clients_app.rules.federation.platform_tokens import first_problem, verdicts_on
from clients_app.rules.federation.trust import Trust
from clients_app.rules.jwts import Jwt
from clients_app.rules.subject_rules import claim_values, smallest_change

pytestmark = pytest.mark.one_database
NOW = 1_800_000_000
PORTAL = "https://portal.example/identity"
TRUST = Trust(
    preset="github",
    issuer=GITHUB,
    subject_rule="repo:o/r:environment:prod",
    claim_rules={"repository_id": "7"},
)
CLAIMS = {
    "iss": GITHUB,
    "sub": "repo:o/r:environment:prod",
    "aud": PORTAL,
    "exp": NOW + 300,
    "iat": NOW,
    "repository_id": "7",
}


def a_token(header: dict[str, Any] | None = None, **claims: Any) -> Jwt:
    some = {**CLAIMS, **claims}
    return Jwt(header or {}, {name: one for name, one in some.items() if one != "-"}, b"", b"")


def problems(jwt: Jwt, trust: Trust = TRUST) -> dict[str, str]:
    found = verdicts_on(jwt, trust, audience=PORTAL, now=NOW)
    return {one.claim: one.problem for one in found if not one.fits}


@pytest.mark.parametrize(
    "token",
    [
        a_token(),
        a_token({"typ": "JWT"}),
        a_token({"typ": "application/at+jwt"}),
        a_token(aud=[PORTAL]),
        a_token(jti="-", iat="-"),
        a_token(exp=NOW + 24 * 3600 + 30),
        a_token(exp=NOW - 29),
        a_token(iat=NOW + 30),
    ],
)
def test_token_of_the_platform_fits_in_every_way(token: Jwt):
    assert problems(token) == {}
    assert first_problem(token, TRUST, audience=PORTAL, now=NOW) is None


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"iss": f"{GITHUB}/"}, "platform issuer slash"),
        ({"iss": "https://token.actions.githubusercontent.com.example"}, "platform issuer"),
        ({"iss": "-"}, "platform issuer"),
        ({"iss": [GITHUB]}, "platform issuer"),
        ({"aud": "-"}, "no platform audience"),
        ({"aud": []}, "no platform audience"),
        ({"aud": [PORTAL, "https://other.example"]}, "several platform audiences"),
        ({"aud": [PORTAL, PORTAL]}, "several platform audiences"),
        ({"aud": f"{PORTAL}/"}, "platform audience"),
        ({"aud": 7}, "platform audience"),
        ({"exp": NOW - 30}, "expired"),
        ({"exp": "-"}, "no end"),
        ({"exp": NOW + 24 * 3600 + 31}, "long platform life"),
        ({"exp": True}, "no moment"),
        ({"iat": NOW + 31}, "future"),
        ({"nbf": NOW + 31}, "future"),
        ({"sub": "repo:o/r:environment:test"}, "subject rule"),
        ({"sub": "-"}, "no subject"),
        ({"sub": ["repo:o/r:environment:prod"]}, "no subject"),
        ({"repository_id": "8"}, "claim rule"),
        ({"repository_id": "-"}, "missing claim"),
        ({"repository_id": {"a": "7"}}, "missing claim"),
    ],
)
def test_token_that_misses_one_rule_is_refused_by_name(claims: dict[str, Any], problem: str):
    assert problems(a_token(**claims)) == {next(iter(claims)): problem}
    assert problem in PROBLEMS


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ({"crit": ["exp"]}, "critical"),
        ({"jku": "https://a.example"}, "own key"),
        ({"jwk": {}}, "own key"),
        ({"x5u": "https://a.example"}, "own key"),
        ({"typ": "logout+jwt"}, "platform type"),
        ({"typ": "dpop+jwt"}, "platform type"),
    ],
)
def test_header_that_asks_for_something_else_is_refused(header: dict[str, Any], problem: str):
    assert list(problems(a_token(header)).values()) == [problem]


def test_every_verdict_shows_what_was_sent_beside_what_is_wanted():
    found = verdicts_on(a_token(repository_id="8"), TRUST, audience=PORTAL, now=NOW)

    by_claim = {one.claim: (one.sent, one.expected) for one in found}
    assert by_claim["sub"] == ("repo:o/r:environment:prod", "repo:o/r:environment:prod")
    assert by_claim["repository_id"] == ("8", "7")
    assert by_claim["iss"] == (GITHUB, GITHUB)


_PARTS = st.lists(
    st.sampled_from(["repo", "o", "r", "main", "prod", "ref"]), min_size=1, max_size=5
)
_VALUES = _PARTS.map(":".join)
_RULES = st.tuples(_VALUES, st.sampled_from(["", "*", ":*", "/*"])).map("".join)


@given(sub=_VALUES, claim=_VALUES, rule=_RULES, claim_rule=_RULES)
def test_difference_that_is_shown_and_mended_is_accepted(
    sub: str, claim: str, rule: str, claim_rule: str
):
    token = a_token(sub=sub, repository_id=claim)
    trust = replace(TRUST, subject_rule=rule, claim_rules={"repository_id": claim_rule})
    for verdict in verdicts_on(token, trust, audience=PORTAL, now=NOW):
        if verdict.problem == "subject rule":
            trust = replace(trust, subject_rule=smallest_change(rule, verdict.sent) or "")
        if verdict.problem == "claim rule":
            [value] = claim_values(token.claims, verdict.claim)
            changed = smallest_change(claim_rule, value) or ""
            trust = replace(trust, claim_rules={verdict.claim: changed})

    assert problems(token, trust) == {}
