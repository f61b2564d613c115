"""Any other issuer of tokens: the portal knows nothing about its subjects."""

import re
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.trust import Pins, caution, dangerous, exact

_SCHEME: Final = re.compile("[a-z][a-z0-9+.-]*://")
_SAY_NOTHING: Final = ("true", "false")  # such as email_verified, which all tokens may have


def _open_at(pins: Pins) -> int | None:
    """Return the number of words before the first ``*`` that stands for a whole word, if any."""
    words = re.split("[/:]+", _SCHEME.sub("", pins["sub"], count=1).strip("/:"))
    return words.index("*") if "*" in words else None


def _by_claims(pins: Pins) -> bool:
    names = (name for name, rule in pins.items() if rule not in _SAY_NOTHING and name != "sub")
    return exact(pins, *names)


PRESET: Final = Preset(
    key="other",
    name=gettext_noop("Other"),
    fields=(PresetField("subject", gettext_noop("Subject"), "importer", "[^*]+"),),
    weaknesses=(
        dangerous(
            lambda pins: _open_at(pins) == 0 and not _by_claims(pins),
            gettext_noop("Dangerous: lets in any subject of the issuer."),
        ),
        dangerous(
            lambda pins: _open_at(pins) == 1 and not _by_claims(pins),
            gettext_noop(
                "Dangerous: may let in any subject of the issuer, because all may begin with this "
                "word."
            ),
        ),
        caution(
            lambda pins: _open_at(pins) in (0, 1),
            gettext_noop("Caution: accepts any subject that has the other claims."),
        ),
        caution(
            lambda pins: not exact(pins, "sub"),
            gettext_noop("Caution: lets in several subjects, also new ones of such a name."),
        ),
    ),
    safe=gettext_noop("Safe: accepts one subject."),
)
