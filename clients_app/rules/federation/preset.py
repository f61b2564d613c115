"""What a platform's form asks for, and what comes of it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from clients_app.errors import RuleBroken, gettext_noop
from clients_app.rules.federation.trust import Grade, Pins, Trust, Weakness, with_claims, worst

NAME: Final = r"[^/:*\s]+"
PATH: Final = r"[^:*\s]+"
DIGITS: Final = r"[0-9]+"
UUID: Final = r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?"
TEXT: Final = r"[^*/]+"
_NEVER: Final = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class PresetField:
    """A line of a preset's form. Of those with ``choice``, exactly one is filled."""

    name: str
    label: str
    example: str
    pattern: str = NAME
    required: bool = True
    choice: bool = False


def subject_rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject that the form asks for, and no other claims."""
    return values["subject"], {}


def subject_pin_of(trust: Trust) -> Pins:
    """Return the subject rule itself, for a platform whose subjects name one thing."""
    return {"sub": trust.subject_rule}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A platform. ``key`` is stored, ``name`` is shown, ``issuers`` knows its issuers.

    ``subjects`` knows how its subjects begin, where the issuer is one that nobody knows.
    """

    key: str
    name: str
    fields: tuple[PresetField, ...]
    weaknesses: tuple[Weakness, ...]
    safe: str  # the sentence for rules without a weakness
    rules_of: Callable[[Mapping[str, str]], tuple[str, dict[str, str]]] = subject_rules_of
    pins_of: Callable[[Trust], Pins] = subject_pin_of
    issuer: str = ""  # empty: issuer_of, or the person enters it
    issuer_of: Callable[[Mapping[str, str]], str] | None = None
    issuers: re.Pattern[str] = _NEVER
    subjects: re.Pattern[str] = _NEVER
    chooses_audience: bool = True  # a token can be made for the portal alone

    def grade(self, trust: Trust) -> Grade:
        """Return how much ``trust`` lets in, by the gravest weakness of its rules."""
        pins = with_claims(self.pins_of(trust), trust.claim_rules)
        return worst(self.weaknesses, pins, otherwise=self.safe)

    def checked(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return ``values`` of all fields without spaces around them; errors: RuleBroken."""
        for problem in self.problems(values):
            raise problem
        return {field.name: values.get(field.name, "").strip() for field in self.fields}

    def problems(self, values: Mapping[str, str]) -> Iterator[RuleBroken]:
        """Yield what is wrong with ``values``, at most once for each field."""
        clean = {field.name: values.get(field.name, "").strip() for field in self.fields}
        for field in self.fields:
            value = clean[field.name]
            if (value or field.required) and not re.fullmatch(field.pattern, value):
                sentence = gettext_noop("Enter a value such as %(example)s.")
                yield RuleBroken(sentence, field=field.name, example=field.example)
        choices = [field for field in self.fields if field.choice]
        if choices and sum(bool(clean[field.name]) for field in choices) != 1:
            sentence = gettext_noop("Enter exactly one of these: %(names)s.")
            names = ", ".join(field.label for field in choices)
            yield RuleBroken(sentence, field=choices[0].name, names=names)


def optional(name: str, label: str, example: str, pattern: str = DIGITS) -> PresetField:
    """Return a field that may be left empty."""
    return PresetField(name, label, example, pattern, required=False)


def choice(name: str, label: str, example: str, pattern: str = PATH) -> PresetField:
    """Return a field of which the form needs one."""
    return PresetField(name, label, example, pattern, required=False, choice=True)


ENVIRONMENT: Final = choice("environment", gettext_noop("Environment"), "production", TEXT)
BRANCH: Final = choice("branch", gettext_noop("Branch"), "main")
TAG: Final = choice("tag", gettext_noop("Tag"), "v1.2.0")
