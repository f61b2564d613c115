"""How an audit event reads, on the screen and as JSON: its sentence, and what changed."""

import json
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext, gettext_noop

from clients_app.models import AuditEvent, TokenRefusal
from clients_app.rules.alerts import MUTED
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import CLIENT_TYPES, URL_KINDS
from clients_app.rules.tenant_policy import DRY_RUN, OFF, ON

REFUSALS: Final = {  # by action, for events with the outcome refused
    "sign-in.refused": gettext_noop("Sign-in as %(object)s failed"),
    "link.refused": gettext_noop("A one-time link of %(object)s was refused"),
    "sign-on.refused": gettext_noop("Single sign-on failed"),
    "session.confirm": gettext_noop(
        "Wrong password, code or passkey when confirming their identity"
    ),
    "attempt": gettext_noop("Tried something that is not allowed"),
    "client.read": gettext_noop("Tried to view clients: not allowed"),
    "client.add": gettext_noop("Tried to add a client: not allowed"),
    "client.edit": gettext_noop("Tried to edit a client: not allowed"),
    "client.urls.edit": gettext_noop("Tried to change the URLs of a client: not allowed"),
    "client.disable": gettext_noop("Tried to disable or enable a client: not allowed"),
    "client.remove": gettext_noop("Tried to remove a client: not allowed"),
    "client.restore": gettext_noop("Tried to restore a client: not allowed"),
    "client.roles.assign": gettext_noop("Tried to assign roles or owners of a client: not allowed"),
    "client.apis.assign": gettext_noop("Tried to change what a client may call: not allowed"),
    "client.tokens.end": gettext_noop("Tried to revoke the tokens of a client: not allowed"),
    "client.secret.read": gettext_noop("Tried to view the secrets of a client: not allowed"),
    "client.secret.add": gettext_noop("Tried to add a secret: not allowed"),
    "client.secret.edit": gettext_noop("Tried to edit a secret: not allowed"),
    "client.secret.extend": gettext_noop("Tried to extend the life of a secret: not allowed"),
    "client.secret.rotate": gettext_noop("Tried to rotate a secret: not allowed"),
    "client.secret.remove": gettext_noop("Tried to remove a secret: not allowed"),
    "client.credential.add": gettext_noop("Tried to add a key or an identity: not allowed"),
    "client.credential.edit": gettext_noop("Tried to edit a key or an identity: not allowed"),
    "client.credential.extend": gettext_noop(
        "Tried to give a key or an identity more access: not allowed"
    ),
    "client.credential.remove": gettext_noop("Tried to remove a key or an identity: not allowed"),
    "role.read": gettext_noop("Tried to view roles: not allowed"),
    "role.add": gettext_noop("Tried to add a role: not allowed"),
    "role.edit": gettext_noop("Tried to edit a role: not allowed"),
    "role.remove": gettext_noop("Tried to remove a role: not allowed"),
    "api.read": gettext_noop("Tried to view APIs: not allowed"),
    "api.add": gettext_noop("Tried to add an API: not allowed"),
    "api.edit": gettext_noop("Tried to edit an API: not allowed"),
    "api.remove": gettext_noop("Tried to remove an API: not allowed"),
    "activity.read": gettext_noop("Tried to open Activity: not allowed"),
    "activity.export": gettext_noop("Tried to export Activity: not allowed"),
    "people.read": gettext_noop("Tried to view people: not allowed"),
    "people.manage": gettext_noop("Tried to manage people: not allowed"),
    "notices.manage": gettext_noop("Tried to change notices: not allowed"),
    "channel.set": gettext_noop("Tried to set a notice channel: not allowed"),
    "tenant.rename": gettext_noop("Tried to rename the organisation: not allowed"),
    "policies.read": gettext_noop("Tried to view policies: not allowed"),
    "policies.set": gettext_noop("Tried to set policies: not allowed"),
    "keys.read": gettext_noop("Tried to view signing keys: not allowed"),
    "own.password.set": gettext_noop("Tried to choose a password: not allowed"),
    "own.factor.set": gettext_noop("Tried to set up a second factor: not allowed"),
    "own.sessions.end": gettext_noop("Tried to end sessions: not allowed"),
    "own.calendar.set": gettext_noop("Tried to set a calendar address: not allowed"),
    "installation.manage": gettext_noop("Tried something only Staff can do: not allowed"),
}
SENTENCES: Final = {
    **REFUSALS,
    "tenant.added": gettext_noop("Added tenant %(object)s"),
    "client.added": gettext_noop("Added client %(object)s"),
    "client.edited": gettext_noop("Changed client %(object)s"),
    "client.enabled": gettext_noop("Enabled client %(object)s"),
    "client.disabled": gettext_noop("Disabled client %(object)s"),
    "client.removed": gettext_noop("Removed client %(object)s"),
    "client.restored": gettext_noop("Restored client %(object)s"),
    "client.roles.changed": gettext_noop("Changed roles of %(object)s"),
    "client.owners.changed": gettext_noop("Changed owners of %(object)s"),
    "client.apis.changed": gettext_noop("Changed what %(object)s may call"),
    "client.tokens.ended": gettext_noop("Revoked all tokens of %(object)s"),
    "client.consent.given": gettext_noop("Allowed %(object)s to act for them"),
    "client.consent.withdrawn": gettext_noop("No longer allowed %(object)s to act for them"),
    "client.code.reused": gettext_noop(
        "A code of %(object)s was used twice: its tokens are revoked"
    ),
    "client.refresh.reused": gettext_noop(
        "A refresh token of %(object)s was used twice: its tokens are revoked"
    ),
    "client.secret.added": gettext_noop("Added secret %(object)s"),
    "client.secret.dry-run": gettext_noop(
        "The policy New secrets would have refused secret %(object)s (dry run)"
    ),
    "client.secret.edited": gettext_noop("Changed secret %(object)s"),
    "client.secret.rotated": gettext_noop("Rotated secret %(object)s"),
    "client.secret.removed": gettext_noop("Removed secret %(object)s"),
    "client.key.added": gettext_noop("Added public key %(object)s"),
    "client.key.edited": gettext_noop("Changed public key %(object)s"),
    "client.key.rotated": gettext_noop("Rotated public key %(object)s"),
    "client.key.removed": gettext_noop("Removed public key %(object)s"),
    "client.identity.added": gettext_noop("Added federated identity %(object)s"),
    "client.identity.edited": gettext_noop("Changed federated identity %(object)s"),
    "client.identity.removed": gettext_noop("Removed federated identity %(object)s"),
    "role.added": gettext_noop("Added role %(object)s"),
    "role.edited": gettext_noop("Changed role %(object)s"),
    "role.removed": gettext_noop("Removed role %(object)s"),
    "api.added": gettext_noop("Added API %(object)s"),
    "api.edited": gettext_noop("Changed API %(object)s"),
    "api.introspectors.changed": gettext_noop(
        "Changed which clients may ask about tokens of API %(object)s"
    ),
    "api.removed": gettext_noop("Removed API %(object)s"),
    "person.added": gettext_noop("Added person %(object)s"),
    "person.invited": gettext_noop("Invited %(object)s"),
    "person.invitation.renewed": gettext_noop("Renewed the invitation of %(object)s"),
    "person.invitation.withdrawn": gettext_noop("Withdrew the invitation of %(object)s"),
    "person.edited": gettext_noop("Changed person %(object)s"),
    "person.roles.changed": gettext_noop("Changed roles of %(object)s"),
    "person.activated": gettext_noop("Allowed %(object)s to sign in again"),
    "person.deactivated": gettext_noop("Deactivated %(object)s"),
    "person.password.chosen": gettext_noop("%(object)s chose a password"),
    "person.mfa.added": gettext_noop("%(object)s set up a second factor"),
    "person.mfa.removed": gettext_noop("Removed the second factor of %(object)s"),
    "person.passkey.added": gettext_noop("%(object)s added a passkey"),
    "person.passkey.renamed": gettext_noop("%(object)s renamed a passkey"),
    "person.passkey.removed": gettext_noop("%(object)s removed a passkey"),
    "person.recovery-codes.made": gettext_noop("%(object)s created new recovery codes"),
    "person.sessions.ended": gettext_noop("Ended sessions of %(object)s"),
    "person.link.asked": gettext_noop("Mailed %(object)s a link to choose a password"),
    "person.account.linked": gettext_noop("Linked an account for single sign-on to %(object)s"),
    "person.account.unlinked": gettext_noop(
        "Unlinked the accounts for single sign-on of %(object)s"
    ),
    "person.link.made": gettext_noop("Created a one-time link for %(object)s"),
    "activity.sealed": gettext_noop("Sealed events %(object)s into a file"),
    "person.signed.in": gettext_noop("%(object)s signed in"),
    "person.signed.out": gettext_noop("%(object)s signed out"),
    "session.confirmed": gettext_noop("%(object)s confirmed their identity"),
    "key.added": gettext_noop("Added signing key %(object)s, now active"),
    "key.published": gettext_noop("Published signing key %(object)s, active later"),
    "key.scheduled": gettext_noop("Brought forward signing key %(object)s"),
    "key.activated": gettext_noop("Activated signing key %(object)s"),
    "key.retired": gettext_noop("Retired signing key %(object)s"),
    "key.removed": gettext_noop("Removed signing key %(object)s"),
    "key.revoked": gettext_noop("Revoked signing key %(object)s and its tokens"),
    "key.encrypted": gettext_noop("Encrypted signing key %(object)s again"),
    "notice.sent": gettext_noop("Sent notice to %(object)s"),
    "notice.failed": gettext_noop("Notice to %(object)s failed"),
    "notice.retried": gettext_noop("Sent notice to %(object)s again"),
    "notice.tested": gettext_noop("Sent a test to %(object)s"),
    "channel.added": gettext_noop("Added notice channel %(object)s"),
    "channel.edited": gettext_noop("Changed notice channel %(object)s"),
    "channel.secret.renewed": gettext_noop("Created a new signing secret for %(object)s"),
    "channel.removed": gettext_noop("Removed notice channel %(object)s"),
    "calendar.made": gettext_noop("Created a calendar link for %(object)s"),
    "calendar.removed": gettext_noop("Removed the calendar link of %(object)s"),
    "tenant.renamed": gettext_noop("Renamed the organisation to %(object)s"),
    "alert.refused": gettext_noop("Alert: token requests are refused"),
    "alert.silent": gettext_noop("Alert: stopped requesting tokens"),
    "alert.new-address": gettext_noop("Alert: a secret or key is used from a new address"),
    "alert.over": gettext_noop("Alert over: tokens are issued again"),
    "alert.more": gettext_noop("Hourly limit of alerts reached; the others are only counted"),
    "alerts.set": gettext_noop("Changed alerts of %(object)s"),
    "policies.set": gettext_noop("Changed policies of %(object)s"),
    "installation.restored": gettext_noop("Restored the portal from a backup"),
    "installation.closed": gettext_noop("Closed the database to move the portal to another one"),
    "installation.opened": gettext_noop("Opened the database again, which had been closed"),
    "activity.exported": gettext_noop("Exported Activity"),
    "clients.exported": gettext_noop("Exported the list of clients"),
}

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


def sentence(event: AuditEvent) -> str:
    """Return what happened as a sentence in the reader's language."""
    sentences = REFUSALS if event.outcome == AuditEvent.REFUSED else SENTENCES
    template = sentences.get(event.action)
    if template is None:
        return f"{event.action}: {event.object_name}"
    return gettext(template) % {"object": event.object_name}


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


def members_of(event: AuditEvent) -> dict[str, Any]:
    """Return the sealed members of an event, its sentence, and the digest that seals it."""
    return {**json.loads(event.canonical), "sentence": sentence(event), "digest": event.digest}


def json_line(members: dict[str, Any]) -> str:
    """Return ``members`` as one line of JSON in plain ASCII, for other programs."""
    return json.dumps(members, separators=(",", ":")) + "\n"
