"""The policy that forbids new secrets: what it refuses, whom it spares, and its dry run (POL-4)."""

import pytest

from clients_app.actors import Actor
from clients_app.audit import sentence
from clients_app.errors import RuleBroken
from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.rules.client_types import AUTHORIZATION_CODE
from clients_app.selectors.tenants.policies import refused_in_dry_run
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import register_client
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret
from clients_app.services.secrets.rotation import rotate_secret
from tests.factories import insert_secrets, make_client
from tests.moments import IN_A_YEAR, NOW

DRAFT = SecretDraft(expires_at=IN_A_YEAR)
WAYS = ("add", "rotate", "register")


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pumps", tenant).client


def set_policy(tenant: Tenant, value: str) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(new_secrets_forbidden=value)


def give_secret(way: str, client: Client, actor: Actor, *, is_exempt: bool = False) -> None:
    """Give a client a secret in one of the ways; ``is_exempt`` is the switch of a new one."""
    if way == "add":
        add_secret(client, DRAFT, actor=actor, now=NOW)
    elif way == "rotate":
        old = client.secrets.live(NOW).order_by("pk")[0].pk
        rotate_secret(client, old, DRAFT, old_ends_at=IN_A_YEAR, actor=actor, now=NOW)
    else:
        draft = ClientDraft(name="Valves", may_add_secrets=is_exempt)
        register_client(draft, DRAFT, actor=actor, now=NOW)


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))


@pytest.mark.parametrize("way", WAYS)
def test_new_secret_where_they_are_forbidden_is_refused_and_says_what_to_do(
    tenant: Tenant, client: Client, mara: Actor, way: str
) -> None:
    set_policy(tenant, "on")
    rows = (ClientSecret, Client, AuditEvent)
    before = [table.objects.count() for table in rows]

    with pytest.raises(RuleBroken, match="Add a public key or a federated identity instead"):
        give_secret(way, client, mara)

    assert [table.objects.count() for table in rows] == before
    assert client.secrets.get().expires_at == IN_A_YEAR  # a rotation that is refused ends nothing


@pytest.mark.parametrize("way", WAYS)
def test_new_secret_of_an_exempt_client_is_added_without_a_remark(
    tenant: Tenant, client: Client, mara: Actor, way: str
) -> None:
    Client.objects.filter(pk=client.pk).update(may_add_secrets=True)
    for value in ("on", "dry-run"):
        set_policy(tenant, value)
        Client.objects.filter(name="Valves").delete()
        before = ClientSecret.objects.count()
        give_secret(way, client, mara, is_exempt=True)
        assert ClientSecret.objects.count() > before

    assert "client.secret.dry-run" not in actions()


@pytest.mark.parametrize("way", WAYS)
def test_new_secret_in_a_dry_run_is_added_and_its_refusal_recorded(
    tenant: Tenant, client: Client, mara: Actor, way: str
) -> None:
    set_policy(tenant, "dry-run")

    give_secret(way, client, mara)

    event = AuditEvent.objects.get(action="client.secret.dry-run")
    secret = ClientSecret.objects.latest("pk")
    assert sentence(event) == (
        f"The policy New secrets would have refused secret {secret} (dry run)"
    )
    found = refused_in_dry_run(tenant.pk, now=NOW)
    assert [(one.client_id, one.object_id) for one in found.events] == [
        (secret.client_id, str(secret.pk))
    ]
    assert found.total == 1


def test_new_secret_policy_leaves_existing_secrets_alone(
    tenant: Tenant, client: Client, mara: Actor
) -> None:
    set_policy(tenant, "on")
    secret = client.secrets.get()

    edit_secret(client, secret.pk, SecretDraft(expires_at=IN_A_YEAR), actor=mara, now=NOW)
    draft = ClientDraft(
        name="App", client_type=AUTHORIZATION_CODE.id, redirect_uris=("https://app.example/cb",)
    )
    register_client(draft, None, actor=mara, now=NOW)

    assert client.secrets.live(NOW).count() == 1


def test_new_secret_of_a_full_client_names_the_policy_first(
    tenant: Tenant, client: Client, mara: Actor
) -> None:
    """Nobody removes a secret to make room, only to read that there may be no other."""
    insert_secrets(client, 9, expires_at=IN_A_YEAR)
    set_policy(tenant, "on")

    for way in ("add", "rotate"):
        with pytest.raises(RuleBroken, match="forbids new secrets"):
            give_secret(way, client, mara)
