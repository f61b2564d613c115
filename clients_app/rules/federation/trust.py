"""What a federated identity trusts, and how much it lets in.

A platform's tokens have *pins*: names for what may be fixed, such as the repository and the branch.
A platform (one module each, beside this) reads them from the subject rule and from the rules for
other claims, and has a table of weaknesses. The gravest one that applies is the grade.

Source: FED-4.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.subject_rules import matches

Pins = dict[str, str]


class Level(StrEnum):
    """How much a rule lets in; the worst is the last."""

    SAFE = "safe"
    CAUTION = "caution"
    DANGEROUS = "dangerous"

    @property
    def rank(self) -> int:
        """0 for safe, 2 for dangerous."""
        return list(Level).index(self)


@dataclass(frozen=True, slots=True)
class Grade:
    """A level, and the sentence that says why."""

    level: Level
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """The rules of one federated identity. An empty ``audience`` is the portal's issuer.

    ``has_pasted_keys``: a person said which keys sign its tokens, not the issuer.
    """

    preset: str
    issuer: str
    subject_rule: str
    audience: str = ""
    claim_rules: Mapping[str, str] = field(default_factory=dict)
    has_pasted_keys: bool = False


@dataclass(frozen=True, slots=True)
class Weakness:
    """A level and a sentence for the rules whose pins it applies to."""

    level: Level
    applies: Callable[[Pins], bool]
    sentence: str


FOREIGN_AUDIENCE: Final = Grade(
    Level.CAUTION,
    gettext_noop(
        "Caution: accepts tokens that were made for another service, which could use them here."
    ),
)


PASTED_KEYS: Final = Grade(
    Level.CAUTION,
    gettext_noop(
        "Caution: accepts what the pasted keys sign. This platform publishes its own: leave the "
        "keys empty."
    ),
)


def dangerous(applies: Callable[[Pins], bool], sentence: str) -> Weakness:
    """Return a weakness that a policy may forbid."""
    return Weakness(Level.DANGEROUS, applies, sentence)


def caution(applies: Callable[[Pins], bool], sentence: str) -> Weakness:
    """Return a weakness that people should know."""
    return Weakness(Level.CAUTION, applies, sentence)


def worst(weaknesses: Iterable[Weakness], pins: Pins, *, otherwise: str) -> Grade:
    """Return the gravest weakness that applies, the first of several; safe if none does."""
    found = [weakness for weakness in weaknesses if weakness.applies(pins)]
    if not found:
        return Grade(Level.SAFE, otherwise)
    gravest = max(found, key=lambda weakness: weakness.level.rank)  # the first of the gravest
    return Grade(gravest.level, gravest.sentence)


def pairs(rule: str, separator: str = ":", *, alone: Iterable[str] = ()) -> Pins:
    """Return the names and values of a subject such as ``name:value:name:value``.

    A name of ``alone`` has no value; its pin is its own name. What follows a name that ends with
    ``*`` is open, and so not pinned.
    """
    pins: Pins = {}
    parts = iter(rule.split(separator))
    for name in parts:
        if "*" in name:
            break
        pins[name] = name if name in alone else next(parts, "")
    return pins


def with_claims(pins: Pins, claim_rules: Mapping[str, str]) -> Pins:
    """Return ``pins`` and those of the claims; where both name one, the narrower rule."""
    together = dict(pins)
    for name, rule in claim_rules.items():
        rules = [rule, together[name]] if name in together else [rule]
        together[name] = max(rules, key=lambda one: ("*" not in one, len(one)))
    return together


def lets_any(rule: str, below: str = "") -> bool:
    """Return whether ``rule`` accepts any text, or any path, that begins with ``below``.

    ``*/*`` does too: with a slash in its name, any branch fits.
    """
    depths = range(1, rule.count("/") + 2)
    return any(matches(rule, below + "/".join(["any-name"] * depth)) for depth in depths)


def exact(pins: Pins, *names: str) -> bool:
    """Return whether at least one of ``names`` is pinned to one value."""
    return any(pins.get(name) and "*" not in pins[name] for name in names)
