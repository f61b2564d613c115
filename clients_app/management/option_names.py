"""How options of the command line are named after the fields of drafts."""

from typing import Final

#: path in a draft -> option, where it is not the path itself; arguments without a name have none
_OPTIONS: Final = {
    **dict.fromkeys(("", "name", "username", "subject", "roles", "apis"), ""),
    "owners": "--owner",
    "redirect_uris": "--redirect-uri",
    "logout_uris": "--logout-uri",
    "cors_origins": "--cors-origin",
    "skips_consent": "--first-party",
    "scopes": "--scope",
    "default_api": "--default",
    "introspectors": "--client",
    "hand_over_to": "--hand-over-to",
    "confirms_administrator": "--confirm-administrator",
    "secret.description": "--secret-description",
    "secret.expiration": "--expires",
    "old_ends_at": "--old-ends",
    "public_key": "--to-key",
    "kept_secrets": "--keep-secret",
    "typed_name": "--confirm",
    "identity.fields": "--field",
    "identity.subject_rule": "--subject",
    "identity.claim_rules": "--claim",
    "tags": "--tag",
}


def option_of(path: str) -> str:
    """Return the option for a field of a draft; empty where there is none."""
    field = path.removeprefix("identity.fields.")
    if field != path:
        return f"--field {field}"
    return _OPTIONS.get(path, f"--{path.removeprefix('identity.').replace('_', '-')}")
