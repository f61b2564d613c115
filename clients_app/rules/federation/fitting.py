"""Makes the rules of a federated identity fit a token that they refused, by the smallest change.

Source: FED-7.
"""

from collections.abc import Iterable
from dataclasses import replace

from clients_app.rules.federation.trust import Trust
from clients_app.rules.subject_rules import matches, smallest_change
from clients_app.rules.verdicts import Verdict


def fitted(trust: Trust, verdicts: Iterable[Verdict]) -> Trust | None:
    """Return ``trust`` with its rules changed so that they accept what was sent; None if none is.

    A value that is shown cut, or that no rule can name, changes nothing. Neither does a claim that
    the token lacks, nor an audience: a token for somebody else stays one.
    """
    changed = trust
    for verdict in verdicts:
        if verdict.problem == "platform issuer slash":
            changed = replace(changed, issuer=verdict.sent)
        elif verdict.problem == "subject rule":
            rule = _fitted(trust.subject_rule, verdict)
            changed = replace(changed, subject_rule=rule)
        elif verdict.problem == "claim rule" and verdict.claim in trust.claim_rules:
            rule = _fitted(trust.claim_rules[verdict.claim], verdict)
            changed = replace(changed, claim_rules={**changed.claim_rules, verdict.claim: rule})
    return None if changed == trust else changed


def is_mended(trust: Trust, verdicts: Iterable[Verdict]) -> bool:
    """Return whether the rules of ``trust`` accept now all that they refused.

    False where something else was wrong too, or a value is shown cut.
    """
    return all(_is_accepted(trust, verdict) for verdict in verdicts if not verdict.fits)


def _is_accepted(trust: Trust, verdict: Verdict) -> bool:
    if verdict.problem == "platform issuer slash":
        return trust.issuer == verdict.sent
    if verdict.problem == "subject rule":
        return not _is_changed(verdict.sent) and matches(trust.subject_rule, verdict.sent)
    if verdict.problem == "claim rule" and verdict.claim in trust.claim_rules:
        rule = trust.claim_rules[verdict.claim]
        return not _is_changed(verdict.sent) and matches(rule, verdict.sent)
    return verdict.problem in {"claim rule", "missing claim"} and (
        verdict.claim not in trust.claim_rules
    )


def _is_changed(sent: str) -> bool:
    """Return whether what is shown may not be what was sent: it is cut, or made visible."""
    return sent.endswith("…") or "\ufffd" in sent


def _fitted(rule: str, verdict: Verdict) -> str:
    if _is_changed(verdict.sent):
        return rule
    return smallest_change(rule, verdict.sent) or rule
