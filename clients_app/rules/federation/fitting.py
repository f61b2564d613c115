"""Makes the rules of a federated identity fit a token that they refused, by the smallest change.

Source: FED-7.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from clients_app.rules.federation.platform_tokens import verdicts_on
from clients_app.rules.federation.trust import Trust
from clients_app.rules.jwts import Jwt
from clients_app.rules.subject_rules import smallest_change
from clients_app.rules.verdicts import Verdict

_ABSENT: Final = {"missing claim", "no platform audience"}
_NO_TEXT: Final = {"no subject", "several platform audiences"}


def fitted(trust: Trust, verdicts: Iterable[Verdict]) -> Trust | None:
    """Return ``trust`` with its rules changed to fit what was sent; None if none is.

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


def compared_again(trust: Trust, verdicts: Sequence[Verdict], *, audience: str) -> list[Verdict]:
    """Return the verdicts on the same token by the rules of ``trust``, which may have changed.

    A claim for which there is no rule any more is left out. A value that is shown cut, or that is
    no text, keeps its verdict.
    """
    before = _of_rules(verdicts)
    comparable = {at: one for at, one in before.items() if not _is_unknown(one)}
    claims = {
        one.claim: _value_of(one) for one in comparable.values() if one.problem not in _ABSENT
    }
    token = Jwt({}, claims, b"", b"")
    found = _of_rules(verdicts_on(token, trust, audience=audience, now=0)).values()
    now = {one.claim: one for one in found}
    again = []
    for at, verdict in enumerate(verdicts):
        new = now.get(verdict.claim, verdict)
        if at in comparable and new.expected != verdict.expected:
            again.append(new._replace(sent=verdict.sent))
        elif at not in before or verdict.claim in now:
            again.append(verdict)
    return again


def names_all(trust: Trust, verdicts: Sequence[Verdict]) -> bool:
    """Return whether there is a verdict for each rule: a newer rule may refuse the token."""
    return {one.claim for one in _of_rules(verdicts).values()} >= set(trust.claim_rules)


def _of_rules(verdicts: Sequence[Verdict]) -> dict[int, Verdict]:
    """Return the verdicts by rules, by position: iss, aud, and from sub on; a claim may be typ."""
    names = [one.claim for one in verdicts]
    first = names.index("sub") if "sub" in names else len(names)
    return {
        position: one
        for position, one in enumerate(verdicts)
        if position >= first or one.claim in {"iss", "aud"}
    }


def _is_unknown(verdict: Verdict) -> bool:
    """Return whether the value that was sent is not shown as it was."""
    return _is_changed(verdict.sent) or verdict.problem in _NO_TEXT


def _value_of(verdict: Verdict) -> str | list[str]:
    """Return what was sent; only the text that people read is known of it."""
    if verdict.claim in {"iss", "sub"} or verdict.problem == "claim rule":
        return verdict.sent
    if verdict.claim == "aud":
        return verdict.sent.removeprefix('["').removesuffix('"]')
    return [verdict.sent, *verdict.sent.split(", ")]  # one text, or the values of a list


def _is_changed(sent: str) -> bool:
    """Return whether what is shown may not be what was sent: it is cut, or made visible."""
    return sent.endswith("…") or "\ufffd" in sent


def _fitted(rule: str, verdict: Verdict) -> str:
    if _is_changed(verdict.sent):
        return rule
    return smallest_change(rule, verdict.sent) or rule
