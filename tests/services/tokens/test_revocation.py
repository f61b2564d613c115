"""Revoking all tokens of a client, and permission to introspect."""

from datetime import datetime, timedelta

import pytest

from clients_app.errors import Forbidden, NotFound
from clients_app.models import AuditEvent, Client, ClientOwner, Person, Tenant
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.services.clients.edits import edit_client
from clients_app.services.clients.registration import register_client
from clients_app.services.clients.removal import remove_client
from clients_app.services.tokens.revocation import end_tokens
from tests.actors import actor_for, command_line_in
from tests.conftest import Machine
from tests.moments import NOW
from tests.refused_values import refused_at


def test_end_tokens_saves_the_time_and_records_an_event(
    administrator: Person, machine: Machine, now: datetime
):
    client = end_tokens(machine.client, actor=actor_for(administrator), now=now)

    row = Client.objects.get(pk=client.pk)
    assert (row.tokens_not_before, row.updated_at, row.updated_by) == (now, now, "mara")
    assert row.version == machine.client.version  # no field of Edit Client
    assert AuditEvent.objects.get(action="client.tokens.ended").at == now


def test_end_tokens_again_replaces_the_time(machine: Machine, tenant: Tenant, now: datetime):
    for later in (timedelta(), timedelta(seconds=1)):
        end_tokens(machine.client, actor=command_line_in(tenant), now=now + later)

    assert Client.objects.get().tokens_not_before == now + timedelta(seconds=1)


def test_end_tokens_as_an_owner_or_viewer_is_refused(
    colleague: Person, machine: Machine, now: datetime
):
    ClientOwner.objects.create(client=machine.client, person=colleague)

    with pytest.raises(Forbidden):
        end_tokens(machine.client, actor=actor_for(colleague), now=now)

    assert Client.objects.get().tokens_not_before is None


def test_end_tokens_as_a_stranger_is_not_found(stranger: Person, machine: Machine, now: datetime):
    with pytest.raises(NotFound):
        end_tokens(machine.client, actor=actor_for(stranger), now=now)


def test_end_tokens_of_a_removed_client_is_not_found(
    machine: Machine, tenant: Tenant, now: datetime
):
    actor = command_line_in(tenant)
    remove_client(machine.client, actor=actor, now=now)

    with pytest.raises(NotFound):
        end_tokens(machine.client, actor=actor, now=now)


def test_owner_cannot_allow_introspection(colleague: Person, machine: Machine, now: datetime):
    """It is a permission, like a role: the service checks it for every entry point."""
    ClientOwner.objects.create(client=machine.client, person=colleague)
    draft = ClientDraft(
        name="Wind park reader",
        role_ids=draft_of(machine.client).role_ids,
        may_introspect=True,
        contact="North",
    )

    with pytest.raises(Forbidden):
        edit_client(machine.client, draft, expected_version=1, actor=actor_for(colleague), now=now)

    row = Client.objects.get()
    assert (row.may_introspect, row.contact) == (False, "")


def test_client_without_secrets_cannot_introspect(tenant: Tenant):
    draft = ClientDraft(
        name="App",
        client_type="authorization-code",
        redirect_uris=("https://app.example.com/back",),
        may_introspect=True,
    )

    with refused_at("may_introspect"):
        register_client(draft, None, actor=command_line_in(tenant), now=NOW)

    assert not Client.objects.exists()
