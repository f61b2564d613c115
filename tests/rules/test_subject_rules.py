"""Which values a rule accepts, and the smallest change that makes it accept one more. FED-3."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clients_app.errors import RuleBroken
from clients_app.rules.subject_rules import (
    checked_rule,
    claim_values,
    matches,
    matches_claim,
    smallest_change,
)
from tests.rules.refusals import refused

MAIN = "repo:octo/app:ref:refs/heads/main"
TEXTS = st.text(alphabet="ab/:*.", max_size=12)


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Return a rule that people may enter."""
    text = draw(TEXTS)
    try:
        return checked_rule(text, field="subject")
    except RuleBroken:
        assume(condition=False)
        raise


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (MAIN, MAIN),
        ("repo:octo/app:ref:refs/heads/*", "repo:octo/app:ref:refs/heads/feature/x"),
        ("repo:octo/app:ref:refs/heads/release-*", "repo:octo/app:ref:refs/heads/release-1"),
        ("repo:octo/app:ref:refs/heads/main*", MAIN),
        ("repo:octo/*:ref:refs/heads/main", MAIN),
        ("repo:octo*/*:environment:prod", "repo:octo-b/c:environment:prod"),
        ("repo:octo/*", MAIN),
        ("*", "anything: at / all\nalso this"),
        ("a*:b", "a:b"),
        ("a.b", "a.b"),
        ("a?[b](c)", "a?[b](c)"),
    ],
)
def test_rule_accepts(rule: str, value: str):
    assert checked_rule(rule, field="subject") == rule
    assert matches(rule, value)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (MAIN, MAIN.upper()),
        (MAIN, f"{MAIN} "),
        (MAIN, f"{MAIN}\n"),
        (MAIN, f"{MAIN}2"),
        ("repo:octo/*:environment:prod", "repo:octo/a:b:environment:prod"),
        ("repo:octo/*:environment:prod", "repo:octo/a/b:environment:prod"),
        ("repo:octo/*:environment:prod", "repo:octo/a:environment:production"),
        ("repo:octo/*", "repo:octopus/a"),
        ("a.b", "axb"),
        ("", "a"),
    ],
)
def test_rule_refuses(rule: str, value: str):
    assert not matches(rule, value)


@pytest.mark.parametrize(
    "rule",
    [
        *("", "  ", "a*b", "re*po:a", "*a", "**", "a**", "a/**/b", "*-main", "a:*b:c"),
        *("a\nb", "a\x00", "a\x7f", "a\ud800", "a" * 501),
    ],
)
def test_rule_with_star_in_the_middle_or_odd_characters_is_refused(rule: str):
    assert refused(checked_rule, rule, field="subject").field == "subject"


def test_rule_is_trimmed_and_as_long_as_a_limit():
    assert checked_rule(" a:b \n", field="subject") == "a:b"
    assert checked_rule("a" * 500, field="subject") == "a" * 500


@pytest.mark.parametrize(
    ("rule", "value", "changed"),
    [
        (MAIN, "repo:octo/app:ref:refs/heads/next", "repo:octo/app:ref:refs/heads/next"),
        (MAIN, "repo:octo/app:environment:prod", "repo:octo/app:environment:prod"),
        (MAIN, "repo:octo@1/app@2:ref:refs/heads/main", "repo:octo@1/app@2:ref:refs/heads/main"),
        (
            "repo:octo/*:environment:prod",
            "repo:octo/a:environment:test",
            "repo:octo/*:environment:test",
        ),
        (
            "repo:octo/app:ref:refs/heads/*",
            "repo:octo/b:ref:refs/heads/x/y",
            "repo:octo/b:ref:refs/heads/*",
        ),
        ("repo:octo/app:ref:refs/heads/r-*", "repo:octo/app:ref:refs/heads/main", MAIN),
        ("a:*:b", "a:x", "a:x"),
        ("a:b*:c", "a:b1", "a:b1"),
        ("a:b", "a:b:c", "a:b:c"),
        ("{r}:{e}:*", "{r}:{f}:{s}", "{r}:{f}:*"),
        (MAIN, MAIN, MAIN),
    ],
)
def test_smallest_change_keeps_the_parts_that_fit(rule: str, value: str, changed: str):
    assert smallest_change(rule, value) == changed


@pytest.mark.parametrize("value", ["repo:octo/*", "a*b", "a" * 501, " a", "a\n", "", "a\x00"])
def test_smallest_change_of_a_value_that_no_rule_names_is_none(value: str):
    assert smallest_change(MAIN, value) is None


@given(rules(), TEXTS)
def test_changed_rule_accepts_the_value_and_may_be_saved(rule: str, value: str):
    changed = smallest_change(rule, value)
    if changed is None:
        assert "*" in value or not value
        return
    assert matches(changed, value)
    assert checked_rule(changed, field="subject") == changed


@given(rules(), TEXTS, TEXTS)
def test_changed_rule_accepts_nothing_else_through_a_new_star(rule: str, value: str, other: str):
    changed = smallest_change(rule, value)
    assume(changed is not None and changed != rule)
    assert changed is not None

    assert changed.count("*") <= rule.count("*")
    if "*" not in changed:
        assert matches(changed, other) is (other == value)


@given(rules(), TEXTS, TEXTS)
def test_star_before_the_end_never_crosses_a_separator(rule: str, value: str, part: str):
    if matches(f"{rule}:end", f"{value}:end"):
        assert value.count(":") == rule.count(":")
        assert value.count("/") == rule.count("/")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ref", ("refs/heads/main",)),
        ("groups", ("a", "b")),
        ("protected", ("true",)),
        ("run", ("7",)),
        ("kubernetes.io.namespace", ("orders",)),
        ("kubernetes.io.serviceaccount.name", ("importer",)),
        ("https://sts.amazonaws.com/.aws_account", ("123456789012",)),
        ("a.b", ("whole name",)),
        *(("missing", ()), ("kubernetes.io", ()), ("kubernetes.io.none", ()), ("empty", ())),
        *(("half", ()), ("", ()), (".", ()), ("ref.x", ())),
    ],
)
def test_values_of_a_claim_are_found_by_its_name_or_path(name: str, values: tuple[str, ...]):
    claims: dict[str, Any] = {
        "ref": "refs/heads/main",
        "groups": ["a", "b", {"c": "d"}, None],
        "protected": True,
        "run": 7,
        "half": 0.5,
        "empty": None,
        "kubernetes.io": {"namespace": "orders", "serviceaccount": {"name": "importer"}},
        "https://sts.amazonaws.com/": {"aws_account": "123456789012"},
        "a.b": "whole name",
        "a": {"b": "by path"},
    }

    assert claim_values(claims, name) == values


def test_claim_rule_needs_the_claim_and_one_member_of_a_list():
    assert matches_claim("*", {"ref": "x"}, "ref")
    assert not matches_claim("*", {}, "ref")
    assert matches_claim("b", {"groups": ["a", "b"]}, "groups")
    assert not matches_claim("c", {"groups": ["a", "b"]}, "groups")
