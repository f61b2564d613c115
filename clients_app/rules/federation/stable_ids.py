"""Microsoft Entra managed identities, and Google service accounts: ``sub`` is an id.

https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
https://cloud.google.com/docs/authentication/get-id-token
All customers share an issuer, or all identities of a tenant do. Only the id says who it is. Entra
issues tokens only for its own applications, so ``aud`` is the id or the URI of one.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import DIGITS, UUID, Preset, PresetField
from clients_app.rules.federation.trust import caution, dangerous, exact

GOOGLE_ISSUER: Final = "https://accounts.google.com"


def entra_issuer_of(values: Mapping[str, str]) -> str:
    """Return the issuer of the tenant."""
    return f"https://login.microsoftonline.com/{values['tenant_id']}/v2.0"


_WEAKNESSES: Final = (
    dangerous(
        lambda pins: not exact(pins, "sub", "email", "oid", "azp", "appid"),
        gettext_noop("Dangerous: lets in any identity of the issuer."),
    ),
    caution(
        lambda pins: not exact(pins, "sub"),
        gettext_noop("Caution: accepts any subject. Enter the id of the identity."),
    ),
)
_SAFE: Final = gettext_noop("Safe: accepts one identity, by its id.")

ENTRA: Final = Preset(
    key="entra",
    name="Microsoft Entra managed identity",
    issuer_of=entra_issuer_of,
    issuers=re.compile(
        r"https://login\.microsoftonline\.com/[^/]+/v2\.0|https://sts\.windows\.net/[^/]+/"
    ),
    fields=(
        PresetField(
            "tenant_id", gettext_noop("Tenant id"), "9188040d-6c67-4c5b-b112-36a304b66dad", UUID
        ),
        PresetField(
            "subject",
            gettext_noop("Object id of the managed identity"),
            "5e6f0c5a-4d37-4b2f-9f43-0d8f3c3f2f11",
            UUID,
        ),
    ),
    weaknesses=_WEAKNESSES,
    safe=_SAFE,
    chooses_audience=False,
)

GOOGLE: Final = Preset(
    key="google",
    name="Google service account",
    issuer=GOOGLE_ISSUER,
    issuers=re.compile(re.escape(GOOGLE_ISSUER)),
    fields=(
        PresetField(
            "subject",
            gettext_noop("Unique id of the service account"),
            "112233445566778899001",
            DIGITS,
        ),
    ),
    weaknesses=_WEAKNESSES,
    safe=_SAFE,
)
