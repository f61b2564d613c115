"""AWS outbound identity federation: ``sub`` is the ARN of the role or user that asks for the token.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html
Each account has an issuer of its own. The caller of GetWebIdentityToken chooses ``aud``.
"""

import re
from collections.abc import Mapping
from typing import Final

from clients_app.errors import gettext_noop
from clients_app.rules.federation.preset import PATH, Preset, PresetField
from clients_app.rules.federation.trust import Pins, caution, dangerous, exact, lets_any


def rules_of(values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the subject of one role."""
    return f"arn:aws:iam::{values['account']}:role/{values['role']}", {}


def _any_account(pins: Pins) -> bool:
    *arn, _name = pins["sub"].split(":", 5)
    return any("*" in part for part in arn)


def _any_name(pins: Pins) -> bool:
    """Return whether any role or user fits: ``role/*/*`` is any with a path.

    Who assumes a role chooses the name of the session, so it does not count.
    """
    kind, _, name = pins["sub"].split(":", 5)[-1].partition("/")
    if kind == "assumed-role":
        name = name.partition("/")[0]
    return "*" in kind or lets_any(name)


PRESET: Final = Preset(
    key="aws",
    name="AWS",
    issuers=re.compile(r"https://[0-9a-f-]+\.tokens\.sts\.global\.api\.aws"),
    subjects=re.compile("arn:"),
    fields=(
        PresetField("account", gettext_noop("Account"), "123456789012", "[0-9]{12}"),
        PresetField("role", gettext_noop("Role with its path"), "importer", PATH),
    ),
    rules_of=rules_of,
    weaknesses=(
        dangerous(_any_account, gettext_noop("Dangerous: lets in any account of the issuer.")),
        dangerous(
            _any_name,
            gettext_noop("Dangerous: lets in any role or user of the account."),
        ),
        caution(
            lambda pins: not exact(pins, "sub"),
            gettext_noop(
                "Caution: lets in several roles or sessions, also new ones of such a name."
            ),
        ),
    ),
    safe=gettext_noop("Safe: accepts one role or user."),
)
