"""Registering a client: both sides of each limit."""

from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from clients_app.errors import RuleBroken
from clients_app.models import (
    AuditEvent,
    Client,
    ClientSecret,
    IssuedClientId,
    Person,
    Tenant,
    UsedFormKey,
)
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR, TENANT_MEMBER
from clients_app.services.clients.drafts import ClientDraft, check_client_draft
from clients_app.services.clients.registration import register_client
from tests.actors import actor_for, command_line_in
from tests.factories import make_client, make_role, make_tenant, role_id, role_ids
from tests.moments import NOW, SECOND
from tests.refused_values import refused_at


@pytest.mark.parametrize("seconds", [60, 61, 3599, 3600])
def test_token_lifetime_outside_its_range_is_refused(tenant: Tenant, seconds: int) -> None:
    assert make_client("a", tenant, token_lifetime_s=seconds).client.token_lifetime_s == seconds


NEVER = {"expires_at": None}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "lifetime 59": ({"token_lifetime_s": 59}, "token_lifetime"),
    "lifetime 3601": ({"token_lifetime_s": 3601}, "token_lifetime"),
    "lifetime -1": ({"token_lifetime_s": -1}, "token_lifetime"),
    "lifetime a billion": ({"token_lifetime_s": 10**9}, "token_lifetime"),
    "lifetime true": ({"token_lifetime_s": True}, "token_lifetime"),
    "lifetime half": ({"token_lifetime_s": 3600.5}, "token_lifetime"),
    "no name": ({"name": "   "}, "name"),
    "name 201": ({"name": "N" * 201}, "name"),
    "name with an override": ({"name": "a\u202eb"}, "name"),
    "name with NUL": ({"name": "a\0b"}, "name"),
    "description 501": ({"description": "d" * 501}, "description"),
    "contact 201": ({"contact": "c" * 201}, "contact"),
    "21 tags": ({"tags": tuple(f"tag {n}" for n in range(21))}, "tags"),
    "tag 51": ({"tags": ("t" * 51,)}, "tags"),
    "empty tag": ({"tags": ("",)}, "tags"),
    "expiring now": ({"expires_at": NOW}, "secret.expiration"),
    "expired": ({"expires_at": NOW - SECOND}, "secret.expiration"),
    "over ten years": ({"expires_at": NOW.replace(year=2036) + SECOND}, "secret.expiration"),
    "secret description 201": ({"secret_description": "s" * 201}, "secret.description"),
}


@pytest.mark.parametrize(("draft", "field"), REFUSED.values(), ids=REFUSED)
def test_register_over_a_limit_saves_nothing(
    tenant: Tenant, draft: dict[str, Any], field: str
) -> None:
    with pytest.raises(RuleBroken) as refusal:
        make_client(**{"name": "a", **draft}, tenant=tenant)

    assert refusal.value.field == field
    assert "%(" not in str(refusal.value)
    for table in (Client, ClientSecret, IssuedClientId, UsedFormKey):
        assert not table.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="client").exists()


ACCEPTED: dict[str, dict[str, Any]] = {
    "name 1": {"name": "x"},
    "name 200": {"name": "N" * 200},
    "name whose key is three times as long": {"name": "ﬃ" * 200},
    "name 200 outside the basic plane": {"name": "\U0001f41f" * 200},
    "description 500, contact 200": {"description": "d" * 500, "contact": "c" * 200},
    "20 tags of 50": {"tags": tuple(f"{n:050}" for n in range(20))},
    "a tag whose key is three times as long": {"tags": ("ﬃ" * 50,)},
    "one second from now": {"expires_at": NOW + SECOND},
    "ten years": {"expires_at": NOW.replace(year=2036)},
    "never": NEVER,
    "secret description 200": {"secret_description": "s" * 200},
}


@pytest.mark.parametrize("draft", ACCEPTED.values(), ids=ACCEPTED)
def test_register_at_a_limit_saves_everything(tenant: Tenant, draft: dict[str, Any]) -> None:
    added = make_client(**{"name": "a", **draft}, tenant=tenant)

    assert Client.objects.get().name == draft.get("name", "a")
    assert ClientSecret.objects.get().pk == (added.secret and added.secret.pk)


def test_register_with_more_than_25_roles_is_refused(tenant: Tenant) -> None:
    custom = [make_role(f"Role {n}", tenant).pk for n in range(25)]
    member = role_id(tenant, TENANT_MEMBER)

    most = make_client("most", tenant, role_ids=frozenset(custom[:24]) | {member}).client
    assert most.roles.count() == 25
    with refused_at("roles"):
        make_client("more", tenant, role_ids=frozenset(custom))


@pytest.mark.parametrize("where", ["another tenant", "nowhere"])
def test_register_with_a_role_of_another_tenant_is_refused(tenant: Tenant, where: str) -> None:
    foreign = make_role("Theirs", make_tenant("Contoso")).pk
    wanted = foreign if where == "another tenant" else uuid4()

    with refused_at("roles"):
        make_client("a", tenant, role_ids=frozenset({wanted}))

    assert not Client.objects.exists()


def test_register_as_administrator_needs_confirmation(
    tenant: Tenant, administrator: Person
) -> None:
    draft = ClientDraft(name="robot", role_ids=role_ids(tenant, TENANT_ADMINISTRATOR))

    with refused_at("confirms_administrator", "robot becomes a Tenant Administrator"):
        check_client_draft(draft, actor=actor_for(administrator))
    with pytest.raises(RuleBroken):
        make_client("robot", tenant, role_ids=draft.role_ids)
    assert not Client.objects.exists()
    assert make_client("robot", tenant, TENANT_ADMINISTRATOR).client.roles.count() == 2


def test_register_in_a_full_tenant_is_refused(
    tenant: Tenant, administrator: Person, settings: Settings
) -> None:
    settings.CLIENTS_PER_TENANT = 2
    first = make_client("one", tenant).client
    make_client("two", tenant)

    with pytest.raises(RuleBroken, match="2 clients"):
        check_client_draft(ClientDraft(name="three"), actor=actor_for(administrator))
    with pytest.raises(RuleBroken, match="2 clients"):
        make_client("three", tenant)
    make_client("one", make_tenant("Contoso"))  # the limit is the tenant's own
    Client.objects.filter(pk=first.pk).update(removed_at=NOW)
    assert make_client("three", tenant).client.name == "three"


def add_public(tenant: Tenant, **urls: tuple[str, ...]) -> Client:
    """Add an Authorization Code client."""
    draft = ClientDraft(
        name=f"Map {uuid4()}",
        client_type="authorization-code",
        **{"redirect_uris": ("https://a.example/",), **urls},
    )
    return register_client(draft, None, actor=command_line_in(tenant), now=NOW).client


@pytest.mark.parametrize("kind", ["redirect_uris", "logout_uris", "cors_origins"])
def test_register_with_more_than_ten_urls_of_a_kind_is_refused(tenant: Tenant, kind: str) -> None:
    urls = tuple(f"https://a{n}.example" for n in range(11))

    most = add_public(tenant, **{kind: urls[:10]})
    assert most.urls.filter(url__startswith="https://a").count() - (kind != "redirect_uris") == 10
    with pytest.raises(RuleBroken, match="at most"):
        add_public(tenant, **{kind: urls})
    assert Client.objects.count() == 1


@pytest.mark.parametrize("kind", ["redirect_uris", "logout_uris"])
def test_register_with_a_url_over_2000_characters_is_refused(tenant: Tenant, kind: str) -> None:
    longest = "https://a.example/".ljust(2000, "x")

    assert add_public(tenant, **{kind: (longest,)}).urls.filter(url=longest).exists()
    with pytest.raises(RuleBroken):
        add_public(tenant, **{kind: (f"{longest}x",)})
    assert Client.objects.count() == 1
