"""SPIFFE: ``sub`` of a JWT-SVID is a SPIFFE ID, ``spiffe://TRUST-DOMAIN/PATH``.

https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
``iss`` is optional there, and required here: SPIRE sets it by ``jwt_issuer``. The workload chooses
``aud``.
"""

import re
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import Preset, PresetField
from clients_app.rules.federation.trust import Pins, caution, dangerous, exact


def _any_workload(pins: Pins) -> bool:
    scheme, _, rest = pins["sub"].partition("spiffe://")
    domain, first, second = [*rest.split("/"), "", ""][:3]
    if first == "ns":  # in a cluster: the namespace, which follows, says whose it is
        first = second
    return "*" in (scheme + domain) or not domain or "*" in first


PRESET: Final = Preset(
    key="spiffe",
    name="SPIFFE",
    subjects=re.compile("spiffe:"),
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
