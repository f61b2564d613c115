"""Operations on several clients at once: all or none of them, each with its own audit event.

Secrets are not rotated in bulk: each new one is shown and handed over separately.

Source: CLI-20.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import BULK_MAX, OWNERS_MAX
from clients_app.models import Client, Person
from clients_app.permissions import Action, require
from clients_app.rules.names import clean_tags, key_of
from clients_app.services.clients.drafts import insert_tags
from clients_app.services.clients.edits import assign_roles, save_changes, set_enabled
from clients_app.services.clients.owners import refuse_who_cannot_sign_in
from clients_app.services.clients.removal import asks_for_name, remove_client
from clients_app.services.clients.sort_columns import update_owned
from clients_app.services.locks import lock_tenant
from clients_app.services.secrets.kept import NONE_STAYS, KeptSecrets


class Done(NamedTuple):
    """How many clients were changed, needed no change, and no longer existed."""

    changed: int
    unchanged: int
    gone: int


def enable_all(client_ids: Iterable[UUID], *, enabled: bool, actor: Actor, now: datetime) -> Done:
    """Enable or disable the clients.

    Errors: Forbidden; RuleBroken for none or more than 400.
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
    and for none or more than 400 clients; Forbidden.
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
        raise RuleBroken(_("Select people in this tenant."), field="owners")
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


def change_roles(
    client_ids: Iterable[UUID],
    *,
    add: frozenset[UUID],
    remove: frozenset[UUID],
    confirms_administrator: bool,
    actor: Actor,
    now: datetime,
    kept_secrets: KeptSecrets = NONE_STAYS,
) -> Done:
    """Give the clients the roles ``add``, and take away the roles ``remove``.

    Errors: as ``assign_roles``, about the client that they are about; RuleBroken (add) for no role,
    and for one that is both added and removed.
    """
    if not add and not remove:
        raise RuleBroken(_("Select a role to add or to remove."), field="add")
    if add & remove:
        raise RuleBroken(_("Select each role only once: to add it or to remove it."), field="add")

    def change(client: Client) -> bool:
        version = client.version
        held = frozenset(client.roles.values_list("pk", flat=True))
        try:
            changed = assign_roles(
                client,
                (held | add) - remove,
                confirms_administrator=confirms_administrator,
                expected_version=None,
                actor=actor,
                now=now,
                kept_secrets=kept_secrets,
            )
        except RuleBroken as error:
            error.field = "add" if error.field == "roles" else error.field
            raise
        return changed.version != version

    with transaction.atomic():
        lock_tenant(actor.tenant_id)  # before the clients, as everywhere
        return _each(client_ids, change, actor=actor)


def remove_all(
    client_ids: Iterable[UUID], *, confirmed: int | None, actor: Actor, now: datetime
) -> Done:
    """Remove the clients; ``confirmed`` is how many of them the actor knows to be in use.

    Errors: RuleBroken (typed_name) if another number of them was used in the last 24 hours, and
    for none or more than 400; Forbidden.
    """

    def check(clients: list[Client]) -> None:
        used = sum(asks_for_name(client, now=now) for client in clients)
        if used and used != confirmed:
            sentence = _(
                "Enter %(n)s, the number of clients that were used in the last 24 hours, "
                "to remove them."
            )
            raise RuleBroken(sentence, field="typed_name", n=used)

    def change(client: Client) -> bool:
        remove_client(client, typed_name=client.name, actor=actor, now=now)
        return True

    with transaction.atomic():
        lock_tenant(actor.tenant_id)  # before the clients, as everywhere
        return _each(client_ids, change, actor=actor, check=check)


def _each(
    client_ids: Iterable[UUID],
    change: Callable[[Client], bool],
    *,
    actor: Actor,
    check: Callable[[list[Client]], None] = lambda clients: None,
) -> Done:
    """Apply ``change`` to each client; all are locked and checked first, in one order.

    An error that does not name its client says which one it is about.
    """
    wanted = set(client_ids)
    if not wanted:
        raise RuleBroken(_("Select at least one client."))
    if len(wanted) > BULK_MAX:
        raise RuleBroken(_("Select at most %(maximum)s clients at once."), maximum=BULK_MAX)
    with transaction.atomic():
        rows = Client.objects.chosen(actor.tenant_id, wanted).present()
        clients = list(rows.select_for_update(no_key=True).order_by("pk"))
        check(clients)
        changed = sum(_named(change, client) for client in clients)
    return Done(changed, len(clients) - changed, len(wanted) - len(clients))


def _named(change: Callable[[Client], bool], client: Client) -> bool:
    try:
        return change(client)
    except (RuleBroken, Conflict) as error:
        if client.name not in error.values.values():
            error.about = client.name
        raise


def _tags(tags: Iterable[str], field: str) -> list[str]:
    try:
        return clean_tags(tags)
    except RuleBroken as error:
        error.field = field
        raise
