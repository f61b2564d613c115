"""What an event contains: who did what to which row, from where; never a secret."""

from collections.abc import Callable
from dataclasses import replace

from clients_app import audit
from clients_app.models import AuditEvent, ClientSecret, Person, Tenant
from clients_app.services.people.accounts import choose_password
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret, remove_secret
from tests.actors import actor_for, command_line_in
from tests.factories import insert_secrets, make_client, make_person
from tests.moments import IN_A_YEAR, NOW


def test_events_contain_no_secret_digest_or_tag(
    tenant: Tenant, dump_of_every_table: Callable[[], str]
) -> None:
    added = make_client("Pump", tenant, secret_description="first")
    second = add_secret(
        added.client, SecretDraft(expires_at=None), actor=command_line_in(tenant), now=NOW
    )
    remove_secret(added.client, second.secret.pk, actor=command_line_in(tenant), now=NOW)
    events = "\n".join(str(vars(event)) for event in AuditEvent.objects.all())

    for secret in ClientSecret.objects.all():
        assert secret.digest not in events
        assert secret.digest.rpartition("$")[2] not in events
        assert bytes(secret.tag).hex() not in events
    dump = dump_of_every_table()
    for plain in (added.plain, second.plain):
        assert plain[-4:] in dump  # proves that the dump has the rows
        assert plain not in dump
        assert plain[4:24] not in dump
        assert plain.encode().hex() not in dump


def test_events_contain_no_password(tenant: Tenant) -> None:
    ann = make_person("ann", tenant)
    choose_password(ann, "Seven-grey-herons-7", actor=actor_for(ann), now=NOW)

    events = "\n".join(str(vars(event)) for event in AuditEvent.objects.all())
    assert "password" in events
    assert "herons-7" not in events
    assert "argon2" not in events


def test_an_event_names_actor_action_client_and_address(
    tenant: Tenant, administrator: Person
) -> None:
    mara = replace(actor_for(administrator), address="192.0.2.7", operation_id="op-1")
    client = make_client("Pump", tenant, actor=mara, tags=("north",)).client

    event = AuditEvent.objects.get(action="client.added")
    assert (event.actor_kind, event.actor_id, event.actor_name) == (
        "person",
        str(administrator.pk),
        "mara",
    )
    assert (event.object_kind, event.object_id, event.object_name) == (
        "client",
        str(client.pk),
        "Pump",
    )
    assert (event.client_id, event.at, event.outcome) == (client.pk, NOW, "done")
    assert (event.address, event.operation_id) == ("192.0.2.7", "op-1")
    assert audit.sentence(event) == "Added client Pump"
    changes = {change.label: change.after for change in audit.changes(event)}
    assert changes["Name"] == "Pump"
    assert changes["Roles"] == ["Tenant Member"]
    assert changes["Token Lifetime"] == 3600
    assert changes["Tags"] == ["north"]


def test_an_edited_secret_shows_before_and_after(tenant: Tenant) -> None:
    client = make_client("Pump", tenant, secret_description="old").client
    draft = SecretDraft(description="new", expires_at=IN_A_YEAR)
    edit_secret(client, client.secrets.get().pk, draft, actor=command_line_in(tenant), now=NOW)

    event = AuditEvent.objects.get(action="client.secret.edited")
    differing = {c.label: (c.before, c.after) for c in audit.changes(event) if c.before != c.after}
    assert differing == {"Description": ("old", "new")}


def test_longest_names_fit_into_an_event(tenant: Tenant) -> None:
    client = make_client("ﬃ" * 200, tenant, secret_description="s" * 200).client
    insert_secrets(client, 1)

    assert audit.first_fault(tenant.pk) is None
    assert AuditEvent.objects.filter(client_id=client.pk).count() == 2
