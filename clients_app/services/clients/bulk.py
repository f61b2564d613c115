"""Operations on several clients at once: all or none of them, each with its own audit event.

Secrets are not rotated in bulk: each new one is shown and handed over separately.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import BULK_MAX, OWNERS_MAX
from clients_app.models import Client, Person
from clients_app.permissions import Action, require
from clients_app.rules.names import clean_tags, key_of
from clients_app.services.clients.drafts import insert_tags
from clients_app.services.clients.edits import refuse_who_cannot_sign_in, save_changes, set_enabled
from clients_app.services.clients.sort_columns import update_owned


class Done(NamedTuple):
    """How many clients were changed, needed no change, and no longer existed."""

    changed: int
    unchanged: int
    gone: int


def enable_all(client_ids: Iterable[UUID], *, enabled: bool, actor: Actor, now: datetime) -> Done:
    """Enable or disable the clients.

    Errors: Forbidden; RuleBroken for none or more than 200.
    """

    def change(client: Client) -> bool:
        was = client.is_enabled
        return set_enabled(client, enabled=enabled, actor=actor, now=now).is_enabled != was

    return _each(client_ids, change, actor=actor)


def tag_all(
    client_ids: Iterable[UUID],
    *,
    add: Iterable[str],
    remove: Iterable[str],
    actor: Actor,
    now: datetime,
) -> Done:
    """Add tags to the clients and remove others.

    Errors: RuleBroken for a bad tag (add, remove), for a client that would have more than 20 (add),
    and for none or more than 200 clients; Forbidden.
    """
    added, removed = _tags(add, "add"), {key_of(tag) for tag in _tags(remove, "remove")}

    def change(client: Client) -> bool:
        require(actor, Action.EDIT_CLIENT, client=client)
        before = list(client.tags.values_list("name", flat=True))
        kept = [tag for tag in before if key_of(tag) not in removed]
        held = {key_of(tag) for tag in kept}
        try:
            after = clean_tags([*kept, *(tag for tag in added if key_of(tag) not in held)])
        except RuleBroken as error:
            sentence = _("%(client)s would then have more than 20 tags.")
            raise RuleBroken(sentence, field="add", client=client.name) from error
        client.tags.exclude(name__in=after).delete()
        insert_tags(client, [tag for tag in after if tag not in before])
        tags = {"tags": before}, {"tags": after}
        return save_changes(client, "client.edited", *tags, actor=actor, now=now)

    return _each(client_ids, change, actor=actor)


def add_owners(
    client_ids: Iterable[UUID], person_ids: frozenset[UUID], *, actor: Actor, now: datetime
) -> Done:
    """Add these people to the Owners of the clients.

    Errors: RuleBroken (owners) for nobody, for people outside the tenant, and for a client that
    would have more than 20; Forbidden.
    """
    people = list(Person.objects.filter(tenant_id=actor.tenant_id, pk__in=person_ids))
    if not people or len(people) != len(person_ids):
        raise RuleBroken(_("Select people of this tenant."), field="owners")
    refuse_who_cannot_sign_in(people)

    def change(client: Client) -> bool:
        require(actor, Action.ASSIGN_ROLES, client=client)
        held = list(client.owners.order_by("username_key"))
        new = [person for person in people if person not in held]
        if len(held) + len(new) > OWNERS_MAX:
            sentence = _("%(client)s would then have more than %(maximum)s Owners.")
            values = {"client": client.name, "maximum": OWNERS_MAX}
            raise RuleBroken(sentence, field="owners", **values)
        client.owners.add(*new)
        update_owned(client)
        owners = sorted([*held, *new], key=lambda person: person.username_key)
        names = ({"owners": [owner.username for owner in some]} for some in (held, owners))
        return save_changes(client, "client.owners.changed", *names, actor=actor, now=now)

    return _each(client_ids, change, actor=actor)


def _each(client_ids: Iterable[UUID], change: Callable[[Client], bool], *, actor: Actor) -> Done:
    """Apply ``change`` to each client; all are locked first, in one order."""
    wanted = set(client_ids)
    if not wanted:
        raise RuleBroken(_("Select at least one client."))
    if len(wanted) > BULK_MAX:
        raise RuleBroken(_("Select at most %(maximum)s clients at once."), maximum=BULK_MAX)
    with transaction.atomic():
        rows = Client.objects.for_tenant(actor.tenant_id).present().select_for_update(no_key=True)
        clients = list(rows.filter(pk__in=wanted).order_by("pk"))
        changed = sum(change(client) for client in clients)
    return Done(changed, len(clients) - changed, len(wanted) - len(clients))


def _tags(tags: Iterable[str], field: str) -> list[str]:
    try:
        return clean_tags(tags)
    except RuleBroken as error:
        error.field = field
        raise
