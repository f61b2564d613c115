"""What a check of a JWT found, in words that people read."""

import json
from collections.abc import Iterable
from typing import Final, NamedTuple

from clients_app.rules.assertion_problems import PROBLEMS

_OTHER_KID_HELPS: Final = ("", "unknown key", "many keys")
SENT_MAX: Final = 200  # characters of what was sent that are shown


class Verdict(NamedTuple):
    """What one claim says beside what is expected; ``problem`` is one of PROBLEMS, or empty."""

    claim: str
    sent: str
    expected: str
    problem: str = ""

    @property
    def fits(self) -> bool:
        return not self.problem

    @property
    def sentence(self) -> str:
        """What to do about it, in English; empty if it fits."""
        return PROBLEMS[self.problem][0] if self.problem else ""

    @property
    def cause(self) -> str:
        """What a refusal for it is counted as; empty if it fits."""
        return PROBLEMS[self.problem][1] if self.problem else ""


def verdict_on_kid(sent: object, known: Iterable[str], problem: str = "") -> Verdict:
    """Return the verdict on a ``kid``, given those of the ``known`` keys.

    They are expected only where another kid would help: not for a key that expired, say.
    """
    expected = ", ".join(known) if problem in _OTHER_KID_HELPS else ""
    return Verdict("kid", shown(sent), shown(expected), problem)


def telling(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Return the verdicts that tell people something: what fits because it is absent does not."""
    return [one for one in verdicts if one.sent or not one.fits]


def shown(value: object, *, maximum: int = SENT_MAX) -> str:
    """Return a value of a JWT as people read it, cut where it is long; empty if it is missing.

    Characters that cannot be seen or stored are replaced.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value)
    seen = "".join(one if one.isprintable() else "\ufffd" for one in text[: maximum + 1])
    return seen if len(seen) <= maximum else f"{seen[:maximum]}…"
