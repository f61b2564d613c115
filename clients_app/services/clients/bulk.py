"""Operations on several clients at once: all of them or none, each with its own event.

There is no rotation of several secrets: each new secret is handed over by itself.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import RuleBroken, gettext_noop
from clients_app.limits import BULK_MAX, OWNERS_MAX
from clients_app.models import Client, ClientOwner, ClientTag, Person
from clients_app.permissions import Action, require
from clients_app.rules.names import clean_tags, key_of
from clients_app.services.clients.edits import record_change, set_enabled


class Done(NamedTuple):
    """How many clients were changed, were so already, and were not there any more."""

    changed: int
    unchanged: int
    gone: int


def enable_all(client_ids: Iterable[UUID], *, enabled: bool, actor: Actor, now: datetime) -> Done:
    """Let the clients ask for tokens, or stop them.

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
    """Give the clients the tags ``add`` and take the tags ``remove`` away, where they have them.

    Errors: RuleBroken for a bad tag (fields add, remove), for one that would then have more than
    20, for none or more than 200 clients; Forbidden.
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
            sentence = gettext_noop("%(client)s would then have more than 20 tags.")
            raise RuleBroken(sentence, field="add", client=client.name) from error
        client.tags.exclude(name__in=after).delete()
        ClientTag.objects.bulk_create(
            ClientTag(client=client, name=tag, name_key=key_of(tag))
            for tag in after
            if tag not in before
        )
        was, is_now = {"tags": before}, {"tags": after}
        return record_change(client, "client.edited", was, is_now, actor=actor, now=now)

    return _each(client_ids, change, actor=actor)


def add_owners(
    client_ids: Iterable[UUID], person_ids: frozenset[UUID], *, actor: Actor, now: datetime
) -> Done:
    """Let these people of the tenant own the clients, beside those who own them already.

    Errors: RuleBroken (field owners) for nobody, for someone of elsewhere, and for a client that
    would then have more than 20; Forbidden.
    """
    people = list(Person.objects.filter(tenant_id=actor.tenant_id, pk__in=person_ids))
    if not people or len(people) != len(person_ids):
        raise RuleBroken(gettext_noop("Select people of this tenant."), field="owners")

    def change(client: Client) -> bool:
        require(actor, Action.ASSIGN_ROLES, client=client)
        held = list(client.owners.order_by("username_key"))
        new = [person for person in people if person not in held]
        if len(held) + len(new) > OWNERS_MAX:
            raise RuleBroken(
                gettext_noop("%(client)s would then have more than %(maximum)s Owners."),
                field="owners",
                client=client.name,
                maximum=OWNERS_MAX,
            )
        ClientOwner.objects.bulk_create(ClientOwner(client=client, person=one) for one in new)
        owners = sorted([*held, *new], key=lambda person: person.username_key)
        before = {"owners": [owner.username for owner in held]}
        after = {"owners": [owner.username for owner in owners]}
        action = "client.owners.changed"
        return record_change(client, action, before, after, actor=actor, now=now)

    return _each(client_ids, change, actor=actor)


def _each(client_ids: Iterable[UUID], change: Callable[[Client], bool], *, actor: Actor) -> Done:
    """Do ``change`` to each client, all locked before the first is changed, in one order."""
    wanted = set(client_ids)
    if not wanted:
        raise RuleBroken(gettext_noop("Select at least one client."))
    if len(wanted) > BULK_MAX:
        sentence = gettext_noop("Select at most %(maximum)s clients at once.")
        raise RuleBroken(sentence, maximum=BULK_MAX)
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
