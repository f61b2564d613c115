"""What an audit event changed: each field by its label, before and after, as screens write it."""

import json
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext, gettext_noop

from clients_app.models import AuditEvent, TokenRefusal
from clients_app.rules.alerts import MUTED
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CLIENT_TYPES, URL_KINDS
from clients_app.rules.tenant_policy import DRY_RUN, OFF, ON

LABELS: Final = {
    "name": gettext_noop("Name"),
    "client_type": gettext_noop("Client Type"),
    "description": gettext_noop("Description"),
    **{line.name: line.label for line in (*LINES, *APPLICATION_URLS)},
    "tags": gettext_noop("Tags"),
    "person": gettext_noop("Person"),
    "roles": gettext_noop("Roles"),
    "sessions": gettext_noop("Sessions"),
    "owners": gettext_noop("Owners"),
    "identifier": gettext_noop("Identifier"),
    "scopes": gettext_noop("Scopes"),
    "may_call": gettext_noop("May call"),
    "default_api": gettext_noop("Default API"),
    "introspectors": gettext_noop("Clients that may ask about its tokens"),
    "clients": gettext_noop("Clients"),
    "people": gettext_noop("People"),
    "secrets": gettext_noop("Secrets"),
    "public_keys": gettext_noop("Public Keys"),
    "federated_identities": gettext_noop("Federated Identities"),
    "credentials": gettext_noop("Secrets, keys and identities"),
    "kept_secrets": gettext_noop("Secrets to keep"),
    **{kind.path: kind.label for kind in URL_KINDS},
    "allow_refresh_token": gettext_noop("Allow Refresh Token"),
    "skips_consent": gettext_noop("First-party application"),
    "may_introspect": gettext_noop("May introspect tokens"),
    "may_rotate_own_secrets": gettext_noop("May rotate its own secrets"),
    "may_add_secrets": gettext_noop("May get new secrets"),
    "demands_assertion_type": gettext_noop("Only accept typ client-authentication+jwt"),
    "accepts_token_endpoint_audience": gettext_noop("Accept the token endpoint as audience"),
    "token_lifetime_s": gettext_noop("Token Lifetime"),
    "expires_at": gettext_noop("Expiration Date"),
    "ends_in": gettext_noop("Ends in"),
    "thumbprint": gettext_noop("Thumbprint"),
    "jwks_url": gettext_noop("JWKS URL"),
    "issuer": gettext_noop("Issuer"),
    "audience": gettext_noop("Audience"),
    "subject_rule": gettext_noop("Subject rule"),
    "claim_rules": gettext_noop("Rules for other claims"),
    "kids": gettext_noop("Keys of the issuer"),
    "platform": gettext_noop("Platform"),
    "replaced_by": gettext_noop("Replaced by"),
    "sealed_for": gettext_noop("Encrypted to the public key"),
    "channel": gettext_noop("Channel"),
    "recipient": gettext_noop("Recipient"),
    "answer": gettext_noop("Answer"),
    "url": gettext_noop("URL"),
    "mails_notices": gettext_noop("Mail"),
    "alerts": gettext_noop("Alerts"),
    "secret": gettext_noop("Secret"),
    "key": gettext_noop("Public key"),
    "cause": gettext_noop("Cause"),
    "address": gettext_noop("Address"),
    **{kind.mute: text for kind, text in MUTED.items()},
    "secret_days_max": gettext_noop("Maximum secret lifetime, in days"),
    "rotation_days": gettext_noop("Forced rotation, in days"),
    "never_expires_allowed": gettext_noop("Never Expires allowed"),
    "owner_required": gettext_noop("Owner required"),
    "mfa_for_administrators": gettext_noop("Two-factor authentication for administrators"),
    "machines_see_only_themselves": gettext_noop("Machines see only themselves"),
    "dangerous_rules_forbidden": gettext_noop("Dangerous rules forbidden"),
    "allowed_issuers": gettext_noop("Allowed issuers"),
    "new_secrets_forbidden": gettext_noop("New secrets"),
    "email": gettext_noop("Email"),
    "username": gettext_noop("Username"),
    "is_staff": gettext_noop("Staff"),
    "algorithm": gettext_noop("Algorithm"),
    "state": gettext_noop("State"),
    "signs_from": gettext_noop("Signs from"),
    "file": gettext_noop("File"),
    "file_digest": gettext_noop("SHA-256 of the file"),
    "attempts": gettext_noop("Attempts"),
    "provider": gettext_noop("Provider"),
    "passkey": gettext_noop("Passkey"),
    "reason": gettext_noop("Reason"),
    "first_at": gettext_noop("First"),
    "last_at": gettext_noop("Last"),
    "moved_to": gettext_noop("New database"),
    "backup_of": gettext_noop("Backup of"),
    "missing": gettext_noop("Events that are missing since"),
    "format": gettext_noop("Format"),
    "filter": gettext_noop("Filter"),
}


_ORDER: Final = {name: place for place, name in enumerate(LABELS)}


_FORBIDDING: Final = {
    OFF: gettext_noop("Allowed"),
    DRY_RUN: gettext_noop("Dry run"),
    ON: gettext_noop("Forbidden"),
}


class Seconds(int):
    """A number of seconds, which screens write in words."""


class Change(NamedTuple):
    """One field that differs; None where it was, or is, empty."""

    label: str
    before: Any
    after: Any


def changes(event: AuditEvent) -> list[Change]:
    """Return each field of the event with its value before and after, in the order of LABELS."""
    sealed = json.loads(event.canonical)
    before, after = sealed["before"], sealed["after"]
    names = sorted({*before, *after}, key=lambda name: (_ORDER.get(name, len(LABELS)), name))
    return [
        Change(gettext(LABELS.get(name, name)), _value(name, before), _value(name, after))
        for name in names
        if before.get(name) or after.get(name) or name == "expires_at"
    ]


def _value(name: str, fields: dict[str, Any]) -> Any:
    """Return a sealed value in the type of its field: a text may look like a moment."""
    sealed = fields.get(name)
    if name == "expires_at" and name in fields:
        return datetime.fromisoformat(sealed) if sealed else gettext("Never Expires")
    if name in {"signs_from", "first_at", "last_at", "backup_of"} and sealed:
        return datetime.fromisoformat(sealed)
    if name == "cause" and sealed:
        return dict(TokenRefusal.Cause.choices).get(sealed, sealed)
    if name == "token_lifetime_s" and sealed:
        return Seconds(sealed)
    if name == "new_secrets_forbidden" and sealed in _FORBIDDING:
        return gettext(_FORBIDDING[sealed])
    if name == "client_type" and sealed in CLIENT_TYPES:
        return CLIENT_TYPES[sealed].label
    return sealed
