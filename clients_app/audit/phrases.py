"""How an event reads beside the columns that name its client and who did it.

There, a sentence names the change, not the client again. What has no phrase of its own reads as in
``sentences``.
"""

from typing import Final, NamedTuple

from django.utils.translation import gettext, gettext_noop

from clients_app.audit.sentences import REFUSALS, SENTENCES
from clients_app.models import AuditEvent

_PHRASES: Final = {  # %(changes)s is left to the screen, which knows how to write values
    "client.added": gettext_noop("Added client"),
    "client.edited": gettext_noop("Changed %(changes)s"),
    "client.enabled": gettext_noop("Enabled client"),
    "client.disabled": gettext_noop("Disabled client"),
    "client.removed": gettext_noop("Removed client"),
    "client.restored": gettext_noop("Restored client"),
    "client.roles.changed": gettext_noop("Changed roles: %(changes)s"),
    "client.owners.changed": gettext_noop("Changed owners: %(changes)s"),
    "client.apis.changed": gettext_noop("Changed what it may call: %(changes)s"),
    "client.tokens.ended": gettext_noop("Revoked all tokens"),
    "client.secret.edited": gettext_noop("Changed secret %(object)s: %(changes)s"),
    "client.key.edited": gettext_noop("Changed public key %(object)s: %(changes)s"),
    "client.identity.edited": gettext_noop("Changed federated identity %(object)s: %(changes)s"),
    "person.signed.in": gettext_noop("Signed in"),
    "person.signed.out": gettext_noop("Signed out"),
    "session.confirmed": gettext_noop("Confirmed their identity"),
    "role.edited": gettext_noop("Changed role %(object)s: %(changes)s"),
    "api.edited": gettext_noop("Changed API %(object)s: %(changes)s"),
    "person.roles.changed": gettext_noop("Changed roles of %(object)s: %(changes)s"),
    "policies.set": gettext_noop("Changed policies: %(changes)s"),
    "channel.edited": gettext_noop("Changed notice channel %(object)s: %(changes)s"),
}


class Phrase(NamedTuple):
    """``template`` has %(object)s for ``name``, and %(changes)s where the changes belong."""

    template: str
    name: str


def phrase(event: AuditEvent) -> Phrase:
    """Return what happened, in the reader's language."""
    is_refused = event.outcome == AuditEvent.REFUSED
    known = REFUSALS if is_refused else SENTENCES | _PHRASES
    template = known.get(event.action)
    if template is None:
        return Phrase(f"{event.action.replace('%', '')}: %(object)s", event.object_name)
    return Phrase(gettext(template), event.object_name)
