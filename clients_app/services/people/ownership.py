"""What a person owns, and handing it over to somebody else."""

from datetime import datetime

from django.db import transaction

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.models import Client, Person
from clients_app.permissions import Action, require
from clients_app.services.clients.edits import save_changes
from clients_app.services.clients.sort_columns import update_owned
from clients_app.services.locks import lock_tenant
from clients_app.services.people.accounts import require_may_manage


@transaction.atomic
def hand_over(person: Person, to: Person, *, actor: Actor, now: datetime) -> int:
    """Make ``to`` an Owner of each client of ``person``, who owns none any more; return how many.

    Removed clients are handed over too: they can be restored. Each change is an event of its own.
    Errors: RuleBroken (hand_over_to) unless ``to`` is somebody else of the tenant who can sign in;
    Forbidden; NotFound. Source: CLI-14.
    """
    lock_tenant(actor.tenant_id)
    require_may_manage(person, actor=actor)
    is_other = to.tenant_id == person.tenant_id and to.pk != person.pk
    if not is_other or not to.is_active or to.is_invited:
        sentence = _("Choose somebody else in this tenant who can sign in.")
        raise RuleBroken(sentence, field="hand_over_to")
    owned = Client.objects.filter(pk__in=person.owned_clients.values("pk"))
    clients = list(owned.select_for_update(no_key=True).order_by("pk"))
    for client in clients:
        require(actor, Action.ASSIGN_ROLES, client=client)
        held = list(client.owners.order_by("username_key"))
        client.owners.remove(person)
        client.owners.add(to)
        update_owned(client)
        owners = list(client.owners.order_by("username_key"))
        names = ({"owners": [owner.username for owner in some]} for some in (held, owners))
        save_changes(client, "client.owners.changed", *names, actor=actor, now=now)
    return len(clients)
