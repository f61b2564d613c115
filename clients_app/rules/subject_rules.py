"""Which values of a claim a rule accepts: one text, or several by ``*`` at the end of a part.

``/`` and ``:`` separate the parts of a value. ``*`` stands for what is left of its part, also for
nothing. At the end of the rule it stands for everything that follows, as it does in the policies
of the clouds. A rule says what must be there; it cannot exclude.

Source: FED-3.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import CLAIM_RULE_MAX
from clients_app.rules.names import check_length

_PARTS: Final = re.compile("([/:])")
_MISPLACED: Final = re.compile(r"\*(?![/:]|$)")
_CONTROL: Final = re.compile(  # also what changes the direction of text, and half a character
    r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def checked_rule(text: str, *, field: str) -> str:
    """Return ``text`` without spaces around it if it can be a rule; errors: RuleBroken."""
    rule = text.strip()
    if not rule:
        raise RuleBroken(
            gettext_noop("Enter the value that the token must have, or * for any."), field=field
        )
    too_long = gettext_noop(
        "Enter at most %(maximum)s characters. This text has %(length)s: %(excess)s too many."
    )
    check_length(rule, too_long, maximum=CLAIM_RULE_MAX, field=field)
    if _CONTROL.search(rule):
        raise RuleBroken(gettext_noop("Enter the text on one line."), field=field)
    if _MISPLACED.search(rule):
        sentence = gettext_noop(
            "Enter * only at the end of a part, before /, before : or at the end of the rule."
        )
        raise RuleBroken(sentence, field=field)
    return rule


def matches(rule: str, value: str) -> bool:
    """Return whether ``rule`` accepts ``value``. Case counts, and so does every space."""
    if "*" not in rule:
        return rule == value
    return _compiled(rule).fullmatch(value) is not None


def matches_claim(rule: str, claims: Mapping[str, Any], name: str) -> bool:
    """Return whether ``rule`` accepts the claim ``name``; of a list, one member is enough."""
    return any(matches(rule, value) for value in claim_values(claims, name))


def claim_values(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the values of a claim as texts: none if it is missing, several if it is a list.

    ``name`` may be a path with dots, such as ``kubernetes.io.namespace``. Names have dots
    themselves, so at each step the longest one that exists is taken.
    """
    found = _found(claims, name)
    some = found if isinstance(found, list) else [found]
    return tuple(text for one in some if (text := _text(one)) is not None)


def smallest_change(rule: str, value: str) -> str | None:
    """Return the rule that accepts ``value`` and differs least from ``rule``.

    Parts that fit stay, with their ``*``. The others become those of ``value``, exactly: no ``*``
    is added, and none may stand for more than before. Returns None for a value that no rule can
    name exactly, because it has a ``*`` itself or is too long.
    """
    if matches(rule, value):
        return rule
    if "*" in value or len(value) > CLAIM_RULE_MAX or _CONTROL.search(value) or not value.strip():
        return None
    if value != value.strip():
        return None
    wanted, sent = _PARTS.split(rule), _PARTS.split(value)
    kept: list[str] = []
    for position, part in enumerate(sent):
        rest = "".join(sent[position:])
        old = wanted[position] if position < len(wanted) else None
        if old is not None and position == len(wanted) - 1 and old.endswith("*"):
            if matches(old, rest):
                return "".join([*kept, old])
            old = None
        ends_here = position == len(sent) - 1 and position != len(wanted) - 1
        fits = old is not None and matches(old, part) and not (ends_here and old.endswith("*"))
        kept.append(old if fits and old is not None else part)
    return "".join(kept)


@lru_cache(maxsize=1024)
def _compiled(rule: str) -> re.Pattern[str]:
    end = ".*" if rule.endswith("*") else ""
    parts = (rule[:-1] if end else rule).split("*")
    return re.compile("[^/:]*".join(map(re.escape, parts)) + end, re.DOTALL)


def _found(claims: Mapping[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    for position in range(len(path) - 1, 0, -1):
        if path[position] == "." and isinstance(inner := claims.get(path[:position]), Mapping):
            return _found(inner, path[position + 1 :])
    return None


def _text(value: object) -> str | None:
    """Return texts as they are, true and false in small letters, whole numbers in digits."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else None
