"""Registering a client: what is saved, and what is not."""

from datetime import timedelta

import pytest

from clients_app.errors import AlreadyAdded, Conflict, Forbidden, RuleBroken
from clients_app.models import Client, ClientSecret, IssuedClientId, Person, Tenant, UsedFormKey
from clients_app.rules.built_in_roles import (
    TENANT_ADMINISTRATOR,
    TENANT_CONTRIBUTOR,
    TENANT_MEMBER,
    TENANT_VIEWER,
)
from clients_app.rules.client_types import AUTHORIZATION_CODE
from clients_app.selectors.clients.lookup import get_client
from clients_app.selectors.roles.roles import roles_of_client
from clients_app.services.clients.drafts import ClientDraft, check_client_draft
from tests.actors import actor_for
from tests.factories import make_client, make_person, make_tenant
from tests.moments import IN_A_YEAR, NOW
from tests.refused_values import refused_at


def test_register_saves_every_field(tenant: Tenant, administrator: Person) -> None:
    added = make_client(
        "  Pump station 7 ",
        tenant,
        TENANT_CONTRIBUTOR,
        actor=actor_for(administrator),
        description="Reads levels",
        contact="ops@example.com",
        tags=("pumps", "north"),
        token_lifetime_s=900,
        secret_description="first",
    )

    assert added.plain not in repr(added)  # which tracebacks and logs show
    client = get_client(tenant.pk, added.client.pk)
    assert (client.name, client.description, client.contact) == (
        "Pump station 7",
        "Reads levels",
        "ops@example.com",
    )
    assert [tag.name for tag in client.tags.all()] == ["pumps", "north"]
    assert client.token_lifetime_s == 900
    assert client.is_enabled
    assert (client.created_at, client.created_by) == (NOW, "mara")
    assert client.next_expires_at == IN_A_YEAR
    assert {role.name for role in roles_of_client(client)} == {
        "Tenant Contributor",
        "Tenant Member",
    }
    secret = client.secrets.get()
    assert (secret.description, secret.expires_at) == ("first", IN_A_YEAR)
    assert added.plain.endswith(secret.last_four)


SAME_NAMES = [
    ("Pump", "PUMP"),
    ("Straße", "STRASSE"),
    ("Caf\u00e9", "cafe\u0301"),
    ("\u0130zmir", "i\u0307zmir"),
    ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ("name", "  name  "),
]


@pytest.mark.parametrize(("first", "second"), SAME_NAMES)
def test_register_with_a_name_that_differs_in_case_or_composition_is_refused(
    tenant: Tenant, first: str, second: str
) -> None:
    make_client(first, tenant)

    with pytest.raises(Conflict) as refusal:
        make_client(second, tenant)

    assert refusal.value.field == "name"
    assert Client.objects.count() == 1


def test_register_with_a_name_of_another_tenant_works(tenant: Tenant) -> None:
    make_client("Pump", tenant)
    make_client("Pump", make_tenant("Contoso"))

    assert Client.objects.filter(name="Pump").count() == 2


def test_register_with_the_name_of_a_removed_client_gets_a_new_id(tenant: Tenant) -> None:
    old = make_client("Pump", tenant).client
    Client.objects.filter(pk=old.pk).update(removed_at=NOW)

    new = make_client("pump", tenant).client

    assert new.pk != old.pk
    assert IssuedClientId.objects.count() == 2


def test_register_always_adds_tenant_member(tenant: Tenant) -> None:
    client = make_client("a", tenant, role_ids=frozenset()).client

    assert [role.role_type_id for role in client.roles.all()] == [TENANT_MEMBER]


def test_check_reports_the_errors_of_register_and_saves_nothing(
    tenant: Tenant, administrator: Person
) -> None:
    make_client("Taken", tenant)
    with pytest.raises(Conflict):
        check_client_draft(ClientDraft(name="TAKEN"), actor=actor_for(administrator))
    with pytest.raises(RuleBroken):
        check_client_draft(
            ClientDraft(name="a", token_lifetime_s=59), actor=actor_for(administrator)
        )

    clean = check_client_draft(
        ClientDraft(name=" b ", tags=("x", "X")), actor=actor_for(administrator)
    )

    assert (clean.name, clean.tags) == ("b", ("x",))
    assert Client.objects.count() == 1


@pytest.mark.parametrize(
    ("draft", "field", "sentence"),
    [
        (
            ClientDraft(name="a", client_type=AUTHORIZATION_CODE.id, may_introspect=True),
            "may_introspect",
            "Only a client with secrets can introspect tokens.",
        ),
        (
            ClientDraft(name="a", redirect_uris=("https://a.example/cb",)),
            "redirect_uris",
            "This Client Type has no such URLs.",
        ),
    ],
)
def test_check_refuses_what_the_type_lacks_and_says_what(
    administrator: Person, draft: ClientDraft, field: str, sentence: str
) -> None:
    with refused_at(field, sentence):
        check_client_draft(draft, actor=actor_for(administrator))


def test_register_with_the_same_form_key_adds_one_client(
    tenant: Tenant, administrator: Person
) -> None:
    added = make_client("Pump", tenant, actor=actor_for(administrator), form_key="key")

    with pytest.raises(AlreadyAdded, match="Its secret cannot be shown") as refusal:
        make_client("Pump", tenant, actor=actor_for(administrator), form_key="key")

    assert refusal.value.client_id == added.client.pk
    assert ClientSecret.objects.count() == 1


def test_form_keys_of_two_people_are_independent(tenant: Tenant, administrator: Person) -> None:
    colleague = actor_for(make_person("noor", tenant, TENANT_ADMINISTRATOR))
    make_client("one", tenant, actor=actor_for(administrator), form_key="key")

    assert make_client("two", tenant, actor=colleague, form_key="key").client.name == "two"


def test_register_without_a_form_key_adds_a_client_each_time(tenant: Tenant) -> None:
    make_client("one", tenant)
    assert make_client("two", tenant).client.name == "two"
    assert not UsedFormKey.objects.exists()


def test_register_without_permission_saves_nothing(tenant: Tenant) -> None:
    viewer = actor_for(make_person("vic", tenant, TENANT_VIEWER))

    with pytest.raises(Forbidden):
        make_client("a", tenant, actor=viewer)
    with pytest.raises(Forbidden):
        check_client_draft(ClientDraft(name="a"), actor=viewer)
    assert not Client.objects.exists()


def test_register_sets_the_clients_next_expiry(tenant: Tenant) -> None:
    assert make_client("never", tenant, expires_at=None).client.next_expires_at is None
    soon = NOW + timedelta(hours=1)
    client = make_client("soon", tenant, expires_at=soon).client
    assert Client.objects.get(pk=client.pk).next_expires_at == soon
