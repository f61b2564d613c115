"""The smallest change that makes a refused token fit. FED-7."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clients_app.rules.federation.fitting import fitted, is_mended
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


@pytest.mark.parametrize(
    ("verdicts", "mended"),
    [
        ([sub("repo:o/app:environment:prod")], True),
        ([sub("repo:o/app:environment:test")], False),
        ([sub("repo:o/app:environment:prod"), Verdict("ref", "main", "next", "claim rule")], True),
        ([sub("repo:o/app:environment:prod"), Verdict("ref", "next", "main", "claim rule")], False),
        ([sub(f"repo:o/{'a' * 500}…")], False),
        ([Verdict("gone", "x", "y", "claim rule")], True),  # its rule was removed
        ([Verdict("gone", "", "y", "missing claim")], True),
        ([Verdict("a", "", "b", "missing claim")], False),
        ([Verdict("iss", TRUST.issuer, f"{TRUST.issuer}/", "platform issuer slash")], True),
        ([Verdict("iss", f"{TRUST.issuer}/", TRUST.issuer, "platform issuer slash")], False),
        ([sub("repo:o/app:environment:prod"), Verdict("exp", "1", "2", "expired")], False),
    ],
)
def test_near_miss_is_mended_once_the_rules_accept_all_that_was_wrong(
    verdicts: list[Verdict], mended: bool
):
    assert is_mended(TRUST, [*verdicts, Verdict("aud", "portal", "portal")]) is mended


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
