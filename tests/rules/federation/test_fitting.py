"""The smallest change that makes a refused token fit. FED-7."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clients_app.rules.federation.fitting import compared_again, fitted, names_all
from clients_app.rules.federation.platform_tokens import verdicts_on
from clients_app.rules.federation.trust import Trust
from clients_app.rules.jwts import Jwt
from clients_app.rules.subject_rules import checked_rule
from clients_app.rules.verdicts import Verdict

TRUST = Trust(
    preset="github",
    issuer="https://issuer.example",
    subject_rule="repo:o/*:environment:prod",
    claim_rules={"ref": "main", "a": "b"},
)


def sub(sent: str, problem: str = "subject rule") -> Verdict:
    return Verdict("sub", sent, TRUST.subject_rule, problem)


def test_rules_take_what_was_sent_and_keep_what_fits():
    verdicts = [
        sub("repo:o/app:environment:test"),
        Verdict("ref", "next", "main", "claim rule"),
        Verdict("a", "b", "b"),
    ]

    assert fitted(TRUST, verdicts) == replace(
        TRUST, subject_rule="repo:o/*:environment:test", claim_rules={"ref": "next", "a": "b"}
    )


def test_slash_at_the_end_of_the_issuer_is_taken():
    slash = Verdict("iss", "https://issuer.example/", TRUST.issuer, "platform issuer slash")

    assert fitted(TRUST, [slash]) == replace(TRUST, issuer="https://issuer.example/")


@pytest.mark.parametrize(
    "verdict",
    [
        sub("repo:o/app:environment:prod", problem=""),
        sub(f"{'a' * 500}…"),
        sub("repo:o/\ufffd"),
        sub("repo:o/*"),
        sub(""),
        Verdict("ref", "", "main", "missing claim"),
        Verdict("unknown", "x", "y", "claim rule"),
        Verdict("aud", "https://other.example", "https://portal.example", "platform audience"),
        Verdict("iss", "https://other.example", TRUST.issuer, "platform issuer"),
        Verdict("exp", "1", "2", "expired"),
    ],
)
def test_what_no_rule_can_mend_changes_nothing(verdict: Verdict):
    assert fitted(TRUST, [verdict]) is None


OLD = replace(
    TRUST,
    issuer=f"{TRUST.issuer}/",
    subject_rule="repo:o/app:*",
    audience="old",
    claim_rules={"typ": "Bearer", "ref": "next", "gone": "x"},
)
SENT = {"sub": "repo:o/app:environment:test", "typ": "Bearer", "ref": "main", "gone": "y"}
REFUSED = ["iss", "aud", "ref", "gone"]


def old_verdicts(claims: dict[str, Any] | None = None) -> list[Verdict]:
    """Return what a near miss kept when the rules were OLD."""
    token = Jwt(
        {}, {"iss": TRUST.issuer, "aud": "new", "exp": 60, **SENT, **(claims or {})}, b"", b""
    )
    return verdicts_on(token, OLD, audience="old", now=0)


def wrong(verdicts: Iterable[Verdict]) -> list[str]:
    return [one.claim for one in verdicts if not one.fits]


@pytest.mark.parametrize(
    ("now", "audience", "claims", "refused"),
    [
        (OLD, "old", {}, REFUSED),
        (replace(OLD, issuer=TRUST.issuer), "old", {}, ["aud", "ref", "gone"]),
        (OLD, "new", {}, ["iss", "ref", "gone"]),
        (OLD, "new", {"aud": ["new"]}, ["iss", "ref", "gone"]),
        (OLD, "new", {"aud": ["new", "b"]}, REFUSED),
        (OLD, "new", {"aud": None}, REFUSED),
        (replace(OLD, claim_rules={"typ": "Bearer"}), "old", {}, ["iss", "aud"]),
        (replace(OLD, claim_rules={"ref": "m*", "gone": "x"}), "old", {}, ["iss", "aud", "gone"]),
        (replace(OLD, claim_rules={"ref": "other"}), "old", {}, ["iss", "aud", "ref"]),
        (replace(OLD, claim_rules={"ref": "b"}), "old", {"ref": ["a", "b"]}, ["iss", "aud"]),
        (replace(OLD, claim_rules={"ref": "a"}), "old", {"ref": "a, b"}, ["iss", "aud", "ref"]),
        (replace(OLD, claim_rules={"ref": "*"}), "old", {"ref": None}, ["iss", "aud", "ref"]),
        (replace(OLD, claim_rules={}, subject_rule="a"), "old", {}, ["iss", "aud", "sub"]),
        (replace(OLD, claim_rules={"typ": "ID"}), "old", {}, ["iss", "aud", "typ"]),
        (
            replace(OLD, claim_rules={"typ": "*"}, subject_rule="*"),
            "old",
            {"sub": 7},
            [*REFUSED[:2], "sub"],
        ),
    ],
)
def test_verdicts_are_those_of_the_rules_of_now(
    now: Trust, audience: str, claims: dict[str, Any], refused: list[str]
):
    again = compared_again(now, old_verdicts(claims), audience=audience)

    assert wrong(again) == refused
    by_claim = {one.claim: one for one in again}
    assert not by_claim["typ"].problem or by_claim["typ"].expected == "ID"
    assert by_claim["sub"].sent == (str(claims.get("sub", SENT["sub"])))


def test_value_that_is_shown_cut_keeps_its_verdict():
    [_, _, sub] = [
        one for one in old_verdicts({"sub": "x" * 900}) if one.claim in {"iss", "aud", "sub"}
    ]

    assert compared_again(replace(OLD, subject_rule="*"), [sub], audience="old") == [sub]


def test_rule_that_is_newer_than_a_near_miss_may_refuse_the_token():
    verdicts = [sub("repo:o/app:environment:prod", problem="")]

    assert not names_all(TRUST, verdicts)
    assert names_all(replace(TRUST, claim_rules={}), verdicts)


_TEXTS = st.text("ab/:*. -_…\n\u00e9\U0001f600", max_size=8) | st.text(max_size=6)
_VALUES = _TEXTS | st.integers() | st.booleans() | st.lists(_TEXTS, max_size=3) | st.none()
_RULES = st.lists(st.sampled_from(["a", "b", "ab", "a*", "*", ""]), min_size=1, max_size=4).flatmap(
    lambda parts: st.sampled_from([":".join(parts), "/".join(parts)])
)
_MENDABLE = {"subject rule", "claim rule", "platform issuer slash"}


def found(trust: Trust, claims: dict[str, Any]) -> dict[str, Verdict]:
    """Return what a near miss shows of a token with these claims, by claim."""
    token = Jwt({}, {"aud": "portal", "exp": 60, **claims}, b"", b"")
    return {one.claim: one for one in verdicts_on(token, trust, audience="portal", now=0)}


@given(
    slash=st.sampled_from(["", "/"]),
    sub=_VALUES,
    ref=_VALUES,
    rule=_RULES,
    claim_rule=_RULES,
)
def test_token_is_accepted_by_the_rules_that_were_made_to_fit_it(
    slash: str, sub: Any, ref: Any, rule: str, claim_rule: str
):
    """All of it if each difference can be mended; otherwise at least what was changed."""
    assume(rule.strip() and claim_rule.strip())
    trust = replace(TRUST, subject_rule=rule, claim_rules={"ref": claim_rule})
    claims = {"iss": TRUST.issuer + slash, "sub": sub, "ref": ref}
    before = found(trust, claims)

    fit = fitted(trust, before.values())

    wrong = {claim for claim, one in before.items() if one.problem}
    if fit is None:
        assert not slash
        return
    after = found(fit, claims)
    assert fit.issuer == claims["iss"]
    assert not slash or not after["iss"].problem
    for claim, was, now in (
        ("sub", rule, fit.subject_rule),
        ("ref", claim_rule, fit.claim_rules["ref"]),
    ):
        assert checked_rule(now, field="rule") == now or now == was
        if was != now:
            assert before[claim].problem in _MENDABLE
            assert not after[claim].problem
    assert {claim for claim, one in after.items() if one.problem} < wrong


@pytest.mark.parametrize(
    ("claims", "claim", "problem"),
    [
        ({"sub": 7}, "sub", "no subject"),
        ({"sub": ["a"]}, "sub", "no subject"),
        ({}, "sub", "no subject"),
        ({"ref": ["x", "y"]}, "ref", "several values"),
    ],
)
def test_value_that_no_one_text_is_gets_no_fit(claims: dict[str, Any], claim: str, problem: str):
    shown = found(TRUST, {"iss": TRUST.issuer, **claims})

    assert shown[claim].problem == problem
    fit = fitted(TRUST, [shown[claim]])
    assert fit is None


def test_long_issuer_is_taken_whole():
    issuer = f"https://issuer.example/{'a' * 300}"
    slash = found(replace(TRUST, issuer=issuer), {"iss": f"{issuer}/"})["iss"]

    fit = fitted(replace(TRUST, issuer=issuer), [slash])

    assert fit is not None
    assert fit.issuer == f"{issuer}/"
