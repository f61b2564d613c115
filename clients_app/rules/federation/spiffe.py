"""SPIFFE: ``sub`` of a JWT-SVID is a SPIFFE ID, ``spiffe://TRUST-DOMAIN/PATH``.

https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
``iss`` is optional there, and required here: SPIRE sets it by ``jwt_issuer``. The workload chooses
``aud``.
"""

from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.trust import Pins, caution, dangerous, exact


def _any_workload(pins: Pins) -> bool:
    domain, _, path = pins["sub"].removeprefix("spiffe://").partition("/")
    return "*" in domain or "*" in path.partition("/")[0]


PRESET: Final = Preset(
    key="spiffe",
    name="SPIFFE",
    fields=(
        PresetField(
            "subject",
            gettext_noop("SPIFFE ID"),
            "spiffe://example.org/ns/orders/sa/importer",
            r"spiffe://[a-z0-9._-]+/[^\s*]+",
        ),
    ),
    weaknesses=(
        dangerous(
            _any_workload,
            gettext_noop("Dangerous: lets in any workload of the trust domain."),
        ),
        caution(
            lambda pins: not exact(pins, "sub"),
            gettext_noop("Caution: lets in several workloads, also new ones of such a name."),
        ),
    ),
    safe=gettext_noop("Safe: accepts one workload."),
)
