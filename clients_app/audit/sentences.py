"""How an audit event reads: its sentence, on the screen and as JSON."""

import json
from typing import Any, Final

from django.utils.translation import gettext, gettext_noop

from clients_app.models import AuditEvent

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


def sentence(event: AuditEvent) -> str:
    """Return what happened as a sentence in the reader's language."""
    sentences = REFUSALS if event.outcome == AuditEvent.REFUSED else SENTENCES
    template = sentences.get(event.action)
    if template is None:
        return f"{event.action}: {event.object_name}"
    return gettext(template) % {"object": event.object_name}


def members_of(event: AuditEvent) -> dict[str, Any]:
    """Return the sealed members of an event, its sentence, and the digest that seals it."""
    return {**json.loads(event.canonical), "sentence": sentence(event), "digest": event.digest}


def json_line(members: dict[str, Any]) -> str:
    """Return ``members`` as one line of JSON in plain ASCII, for other programs."""
    return json.dumps(members, separators=(",", ":")) + "\n"
