"""What a client assertion must say, check by check; the door's tests have the refusals."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients_app.rules.assertion_problems import PROBLEMS
from clients_app.rules.assertions import CHECKS, Expected, check_end, first_problem, verdicts_on
from clients_app.rules.jwts import Jwt
from clients_app.rules.verdicts import SENT_MAX, shown

pytestmark = pytest.mark.one_database
CLIENT = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
OTHER = "00000000-8b86-4011-b42d-00cf4fc964ff"
NOW = 1_800_000_000
EXPECTED = Expected(
    client_id=CLIENT,
    issuer="https://portal.example/identity",
    token_endpoint="https://portal.example/identity/connect/token",
    now=NOW,
)
CLAIMS = {"iss": CLIENT, "sub": CLIENT, "aud": EXPECTED.issuer, "exp": NOW + 60, "jti": "a"}


def a_jwt(header: dict[str, Any] | None = None, **claims: Any) -> Jwt:
    return Jwt(header or {}, {**CLAIMS, **claims}, b"", b"")


def problems(jwt: Jwt, expected: Expected = EXPECTED) -> dict[str, str]:
    return {one.claim: one.problem for one in verdicts_on(jwt, expected) if not one.fits}


@pytest.mark.parametrize(
    ("claim", "good", "bad", "problem"),
    [
        ("exp", NOW - 29, NOW - 30, "expired"),
        ("exp", NOW + 330, NOW + 331, "long life"),
        ("iat", NOW + 30, NOW + 31, "future"),
        ("nbf", NOW + 30, NOW + 31, "future"),
        ("nbf", 0, -1, "no moment"),
        ("jti", "x" * 255, "x" * 256, "no id"),
    ],
)
def test_limit_of_a_claim_is_exact(claim: str, good: Any, bad: Any, problem: str):
    assert problems(a_jwt(**{claim: good})) == {}
    assert problems(a_jwt(**{claim: bad})) == {claim: problem}


def test_first_problem_is_the_first_of_the_table():
    jwt = a_jwt(aud="x", exp=NOW - 99, jti="")

    assert list(problems(jwt)) == ["aud", "exp", "jti"]
    assert first_problem(jwt, EXPECTED) == "audience"
    assert first_problem(a_jwt(), EXPECTED) == ""
    assert len(verdicts_on(jwt, EXPECTED)) == len(CHECKS)


@pytest.mark.parametrize(
    ("iss", "sub", "found"),
    [
        (CLIENT, CLIENT, {}),
        (CLIENT.upper(), CLIENT.upper(), {}),
        (OTHER, CLIENT, {"iss": "issuer"}),
        (CLIENT, OTHER, {"sub": "subject"}),
        (OTHER, OTHER, {"iss": "issuer", "sub": "subject"}),
        (CLIENT, CLIENT.upper(), {"sub": "subject"}),
        (CLIENT, None, {"sub": "subject"}),
        (None, CLIENT, {"iss": "issuer"}),
    ],
)
def test_issuer_and_subject_are_each_refused_for_what_they_say(iss: Any, sub: Any, found: Any):
    assert problems(a_jwt(iss=iss, sub=sub)) == found


@given(*(st.sampled_from([CLIENT, CLIENT.upper(), OTHER, "", None]) for _ in range(2)))
def test_claim_that_does_not_fit_is_not_what_is_expected(iss: Any, sub: Any):
    for one in verdicts_on(a_jwt(iss=iss, sub=sub), EXPECTED):
        assert one.fits or one.sent != one.expected


def test_verdict_says_what_was_sent_and_what_is_wanted():
    verdicts = {one.claim: one for one in verdicts_on(a_jwt(aud="x", exp=NOW - 99), EXPECTED)}

    assert (verdicts["aud"].sent, verdicts["aud"].expected) == ("x", EXPECTED.issuer)
    assert verdicts["exp"].sent == "2027-01-15 07:58:21 UTC"
    assert verdicts["exp"].expected == "2027-01-15 07:59:30 UTC or later"
    assert verdicts["exp"].sentence.startswith("The JWT has expired.")
    assert verdicts["iss"].sentence == ""


def test_each_problem_has_a_sentence_and_a_cause():
    for sentence, cause in PROBLEMS.values():
        assert sentence.endswith(".")
        assert cause.replace("-", "").isalpha()


def test_life_of_a_platform_token_has_no_limit_here():
    assert check_end(a_jwt(exp=NOW + 86_400), now=NOW).fits


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a", "a"),
        (["a", 1], '["a", 1]'),
        ("a\x00\n\ud800b", "a\ufffd\ufffd\ufffdb"),
        ("x" * 201, "x" * 200 + "…"),
    ],
)
def test_shown_value_can_be_read_and_stored(value: Any, text: str):
    assert shown(value) == text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("iss", "sub", "aud", "exp", "iat", "nbf", "jti")


@given(
    claims=st.dictionaries(st.sampled_from(NAMES), json_values),
    header=st.dictionaries(st.sampled_from(("typ", "crit", "jwk")), json_values),
)
def test_any_claims_get_a_verdict_of_texts(claims: dict[str, Any], header: dict[str, Any]):
    for one in verdicts_on(Jwt(header, claims, b"", b""), EXPECTED):
        assert one.problem in {"", *PROBLEMS}
        assert len(one.sent) <= SENT_MAX + 1
        one.sent.encode()


@given(claims=st.dictionaries(st.sampled_from(NAMES), json_values))
def test_claims_with_each_problem_mended_fit(claims: dict[str, Any]):
    """What Near miss shows as expected is what makes the assertion good."""
    jwt = Jwt({}, claims, b"", b"")
    wrong = {one.claim for one in verdicts_on(jwt, EXPECTED) if one.problem}
    mended = {**claims, **{name: CLAIMS.get(name, NOW) for name in wrong}}
    if wrong & {"iss", "sub"}:
        mended |= {"iss": CLIENT, "sub": CLIENT}

    assert first_problem(Jwt({}, mended, b"", b""), EXPECTED) == ""
