"""Who the Owners of a client are."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import OWNERS_MAX
from clients_app.models import Client, Person
from clients_app.permissions import Action, require
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.edits import save_changes
from clients_app.services.clients.sort_columns import update_owned
from clients_app.services.locks import locked, refuse_stale


@transaction.atomic
def set_owners(
    client: Client,
    person_ids: frozenset[UUID],
    *,
    expected_version: int | None,
    actor: Actor,
    now: datetime,
) -> Client:
    """Make exactly these people the Owners of ``client``.

    Errors: RuleBroken (owners) for more than 20, for people outside the tenant, and for nobody
    where a policy requires an Owner; ChangedMeanwhile; Forbidden; NotFound.
    """
    client = locked(client)
    held = list(client.owners.order_by("username_key"))
    differs = {owner.pk for owner in held} != person_ids
    require(actor, Action.ASSIGN_ROLES if differs else Action.EDIT_CLIENT, client=client)
    if differs:
        refuse_stale(client, expected_version, by=client.updated_by)
    people = Person.objects.filter(tenant_id=client.tenant_id, pk__in=person_ids)
    owners = list(people.order_by("username_key"))
    if len(owners) != len(person_ids) or len(owners) > OWNERS_MAX:
        sentence = _("Select at most %(maximum)s people in this tenant.")
        raise RuleBroken(sentence, field="owners", maximum=OWNERS_MAX)
    refuse_who_cannot_sign_in(owner for owner in owners if owner not in held)
    is_owned = any(owner.is_active for owner in owners)
    if not is_owned and tenant_policy(client.tenant_id).owner_required:
        sentence = _("A policy of this tenant requires an owner. Select at least one person.")
        raise RuleBroken(sentence, field="owners")
    client.owners.set(owners)
    update_owned(client)
    before, after = ({"owners": [owner.username for owner in some]} for some in (held, owners))
    save_changes(client, "client.owners.changed", before, after, actor=actor, now=now)
    return client


def refuse_who_cannot_sign_in(people: Iterable[Person]) -> None:
    """Raise RuleBroken (owners) if one of ``people`` cannot sign in: they would own nothing."""
    for person in people:
        if not person.is_active or person.is_invited:
            sentence = _("%(name)s cannot sign in. Select somebody else.")
            raise RuleBroken(sentence, field="owners", name=str(person))
