"""How to do again what happened after a backup: the commands, those that take access away first."""

import shlex
from typing import Any, Final

from django.db.models import Model

from clients_app.audit.sentences import SENTENCES
from clients_app.models import Person
from clients_app.selectors.activity.subjects import subject_of
from clients_app.services.backups.later_events import LaterEvent, is_change

#: by action: a command that takes away what works again since the restore
_TAKES_AWAY: Final = {
    "client.secret.removed": "secrets remove {client} {object} --confirm-last",
    "client.secret.rotated": "clients rotate {client} --secret {object} --old-ends now",
    "client.secret.edited": "secrets edit {client} {object} --expires DATE",
    "client.key.removed": "public_keys remove {client} {object}",
    "client.key.rotated": "public_keys edit {client} {object} --expires DATE",
    "client.key.edited": "public_keys edit {client} {object} --expires DATE",
    "client.identity.removed": "identities remove {client} {object}",
    "client.identity.edited": "identities edit {client} {object} --expires DATE",
    "client.disabled": "clients disable {client}",
    "client.removed": "clients remove {client} --confirm {name}",
    "person.deactivated": "people deactivate {name}",
    "person.password.chosen": "people reset-link {name}",
    "person.mfa.removed": "people reset-mfa {name}",
    "person.passkey.removed": "people reset-mfa {name}",
    "person.account.unlinked": "people unlink {name}",
    "person.invitation.withdrawn": "people withdraw {name}",
    "role.removed": "roles remove {name} --confirm {name}",
    "api.removed": "apis remove {name} --confirm {name}",
}
#: ended or done by the restore itself
_DONE: Final = ("client.tokens.ended", "person.sessions.ended", "key.")

_OF_CLIENT: Final = ("client.secret.", "client.key.", "client.identity.")


def is_listed(event: LaterEvent) -> bool:
    """Return whether somebody may have to do this again."""
    return is_change(event) and not event.action.startswith(_DONE)


def takes_away(event: LaterEvent) -> bool:
    """Return whether the event took something away that works again now."""
    return event.action in _TAKES_AWAY and _subject_of(event) is not None


def again_line(event: LaterEvent, *, with_tenant: bool) -> str:
    """Return what happened, and the command that does it again if there is one."""
    at = str(event.members.get("at", ""))[:16]
    by = event.members.get("actor_name", "")
    line = f"  {at} {sentence_of(event)} (by {by})"
    command = command_of(event, with_tenant=with_tenant)
    return f"{line}\n    manage.py {command}" if command else line


def again_values(event: LaterEvent, *, with_tenant: bool) -> dict[str, Any]:
    """Return the same for ``--json``."""
    return {
        "TenantId": str(event.tenant_id),
        "Number": event.sequence,
        "Action": event.action,
        "Event": sentence_of(event),
        "At": event.members.get("at"),
        "By": event.members.get("actor_name"),
        "ClientId": event.client_id or None,
        "WorksAgain": takes_away(event),
        "Command": command_of(event, with_tenant=with_tenant) or None,
    }


def sentence_of(event: LaterEvent) -> str:
    """Return what happened."""
    template = SENTENCES.get(event.action, event.action)
    of = f" of client {event.client_id}" if event.action.startswith(_OF_CLIENT) else ""
    return template % {"object": event.name} + of


def command_of(event: LaterEvent, *, with_tenant: bool) -> str:
    """Return the command that takes away again what works since the restore; empty for others."""
    row = _subject_of(event) if event.action in _TAKES_AWAY else None
    if row is None:
        return ""
    is_of_person = isinstance(row, Person)
    name = row.username if isinstance(row, Person) else event.name
    words = {"client": event.client_id, "object": event.object_id, "name": name}
    quoted = {name: shlex.quote(word) for name, word in words.items()}
    command = _TAKES_AWAY[event.action].format(**quoted)
    return f"{command} --tenant {event.tenant_id}" if with_tenant and not is_of_person else command


def _subject_of(event: LaterEvent) -> Model | None:
    return subject_of(event.action, event.object_id)
