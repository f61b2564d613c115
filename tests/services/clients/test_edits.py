"""Edits of a client: what is saved and recorded, and which are refused."""

import pytest

from clients_app.actors import Actor
from clients_app.errors import Conflict, NotFound
from clients_app.models import AuditEvent, Client, Person
from clients_app.rules.built_in_roles import SECRET_ROTATOR, TENANT_VIEWER
from clients_app.services.clients.drafts import ClientDraft, draft_of
from clients_app.services.clients.edits import assign_roles, set_enabled
from clients_app.services.clients.owners import set_owners
from tests.actors import actor_for, command_line_in
from tests.factories import insert_clients, make_person, role_ids
from tests.moments import NOW
from tests.services.clients.conftest import LATER, edit


def test_edit_of_each_field_is_saved_and_recorded(client: Client, mara: Actor) -> None:
    draft = ClientDraft(name="Pump 2", token_lifetime_s=60, description="d", tags=("South", "a"))
    edit(client, draft, mara)

    row = Client.objects.get()
    assert (row.name, row.name_key, row.token_lifetime_s, row.description) == (
        "Pump 2",
        "pump 2",
        60,
        "d",
    )
    assert [tag.name for tag in row.tags.all()] == ["South", "a"]
    assert (row.version, row.updated_at, row.updated_by) == (2, LATER, "mara")
    canonical = AuditEvent.objects.get(action="client.edited").canonical
    assert '"token_lifetime_s":3600' in canonical
    assert '"token_lifetime_s":60' in canonical
    assert "contact" not in canonical  # it did not change


def test_edit_without_changes_records_nothing(client: Client, mara: Actor) -> None:
    edit(client, draft_of(client), mara)

    assert Client.objects.get().version == 1
    assert not AuditEvent.objects.filter(action="client.edited").exists()


def test_edit_of_an_old_version_is_a_conflict(client: Client, mara: Actor) -> None:
    edit(client, ClientDraft(name="first"), mara)

    with pytest.raises(Conflict, match="mara changed this") as refusal:
        edit(client, ClientDraft(name="second"), mara)
    assert refusal.value.field is None
    assert Client.objects.get().name == "first"


def test_edit_sent_twice_is_applied_once(client: Client, mara: Actor) -> None:
    viewer = role_ids(client.tenant, TENANT_VIEWER)
    owner = frozenset({make_person("owner", client.tenant).pk})
    given = {"confirms_administrator": False, "actor": mara, "now": NOW}

    for _ in range(2):
        edit(client, ClientDraft(name="first", tags=("south",)), mara)
    assert Client.objects.get().version == 2
    for _ in range(2):
        assign_roles(client, viewer, expected_version=2, **given)
    assert Client.objects.get().version == 3
    for _ in range(2):
        set_owners(client, owner, expected_version=3, actor=mara, now=NOW)
    assert Client.objects.get().version == 4
    for stale in (frozenset(), role_ids(client.tenant, SECRET_ROTATOR)):
        with pytest.raises(Conflict):
            assign_roles(client, stale, expected_version=2, **given)
    with pytest.raises(Conflict):
        set_owners(client, frozenset(), expected_version=3, actor=mara, now=NOW)


def test_edit_may_change_the_case_of_the_clients_own_name(client: Client, mara: Actor) -> None:
    insert_clients(["Valve"], client.tenant)

    assert edit(client, ClientDraft(name="PUMP"), mara).name == "PUMP"
    with pytest.raises(Conflict) as refusal:
        edit(client, ClientDraft(name="VALVE"), mara, expected_version=2)
    assert refusal.value.field == "name"


def test_disabling_twice_records_one_event(client: Client, mara: Actor) -> None:
    for _ in range(2):
        assert not set_enabled(client, enabled=False, actor=mara, now=NOW).is_enabled
    assert AuditEvent.objects.filter(action="client.disabled").count() == 1
    assert set_enabled(client, enabled=True, actor=mara, now=NOW).is_enabled


def test_stranger_does_not_find_the_client(client: Client, stranger: Person) -> None:
    zofia = actor_for(stranger)
    operations = (
        lambda: edit(client, ClientDraft(name="Mine"), zofia),
        lambda: set_enabled(client, enabled=False, actor=zofia, now=NOW),
        lambda: set_owners(
            client, frozenset({stranger.pk}), expected_version=1, actor=zofia, now=NOW
        ),
        lambda: assign_roles(
            client,
            frozenset(),
            confirms_administrator=False,
            expected_version=1,
            actor=zofia,
            now=NOW,
        ),
    )
    for operation in operations:
        with pytest.raises(NotFound):
            operation()
    assert Client.objects.get().version == 1


def test_edit_of_a_removed_client_is_not_found(client: Client) -> None:
    Client.objects.update(removed_at=NOW)

    with pytest.raises(NotFound):
        edit(client, ClientDraft(name="a"), command_line_in(client.tenant))
