"""Any other issuer of tokens: the portal knows nothing about its subjects."""

from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.trust import caution, dangerous, exact

PRESET: Final = Preset(
    key="other",
    name=gettext_noop("Other"),
    fields=(PresetField("subject", gettext_noop("Subject"), "importer", "[^*]+"),),
    weaknesses=(
        dangerous(
            lambda pins: not (pins["sub"].strip("*:/") or exact(pins, *pins)),
            gettext_noop("Dangerous: lets in any subject of the issuer."),
        ),
        caution(
            lambda pins: not exact(pins, "sub") and bool(pins["sub"].strip("*:/")),
            gettext_noop("Caution: lets in several subjects, also new ones of such a name."),
        ),
        caution(
            lambda pins: not exact(pins, "sub"),
            gettext_noop("Caution: accepts any subject that has the other claims."),
        ),
    ),
    safe=gettext_noop("Safe: accepts one subject."),
)
