"""Policies of a tenant: setting them, checking them, and applying them to existing secrets."""

from datetime import timedelta
from typing import Any

import pytest

from clients_app.actors import Actor
from clients_app.errors import ChangedMeanwhile, Forbidden, RuleBroken
from clients_app.models import AuditEvent, Client, ClientSecret, Person, Tenant
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.owners import set_owners
from clients_app.services.locks import locked
from clients_app.services.secrets.adding import add_secret
from clients_app.services.secrets.changes import SecretDraft, edit_secret
from clients_app.services.secrets.rotation import rotate_secret
from clients_app.services.tenants import policies
from clients_app.services.tenants.policies import end_old_secrets, set_policies
from tests.actors import actor_for
from tests.factories import insert_clients, insert_secrets, make_client, make_tenant
from tests.moments import IN_A_YEAR, NOW
from tests.refused_values import refused_at

DAY = timedelta(days=1)
QUARTER = TenantPolicy(secret_days_max=90)
ROTATES = TenantPolicy(rotation_days=90)


@pytest.fixture
def client(tenant: Tenant) -> Client:
    """A client whose secret was added before there were policies and expires in a year."""
    return make_client("Pumps", tenant).client


def demand(policy: TenantPolicy, actor: Actor, *, yes: bool = False) -> None:
    version = Tenant.objects.get(pk=actor.tenant_id).version
    set_policies(policy, expected_version=version, confirms_ends=yes, actor=actor, now=NOW)


def draft(days: float | None) -> SecretDraft:
    return SecretDraft(expires_at=None if days is None else NOW + days * DAY)


def test_set_policies_records_the_former_values(tenant: Tenant, mara: Actor) -> None:
    wanted = TenantPolicy(
        secret_days_max=90, rotation_days=180, never_expires_allowed=False, owner_required=True
    )
    demand(wanted, mara)
    demand(wanted, mara)  # nothing changed, so no event

    assert tenant_policy(tenant.pk) == wanted
    assert tenant_policy(make_tenant("Cranes GmbH").pk) == NO_POLICY
    event = AuditEvent.objects.get(action="policies.set")
    assert '"before":{"never_expires_allowed":true,"owner_required":false' in event.canonical
    assert '"secret_days_max":90' in event.canonical


def test_set_policies_needs_an_administrator(colleague: Person) -> None:
    with pytest.raises(Forbidden):
        demand(QUARTER, actor_for(colleague))


def test_set_policies_of_an_old_version_is_a_conflict(mara: Actor) -> None:
    demand(QUARTER, mara)

    with pytest.raises(ChangedMeanwhile):
        set_policies(ROTATES, expected_version=1, confirms_ends=True, actor=mara, now=NOW)
    assert tenant_policy(mara.tenant_id) == QUARTER


@pytest.mark.parametrize(("days", "allowed"), [(90, True), (90.01, False), (None, False)])
@pytest.mark.parametrize("policy", [QUARTER, ROTATES], ids=["longest life", "rotation"])
@pytest.mark.parametrize("kind", ["add client", "add secret", "rotate"])
def test_every_new_secret_must_comply(
    client: Client, mara: Actor, policy: TenantPolicy, kind: str, days: float | None, allowed: bool
) -> None:
    demand(policy, mara, yes=True)
    by: dict[str, Any] = {"actor": mara, "now": NOW}
    old = client.secrets.get()

    def do() -> object:
        if kind == "add client":
            expires_at = draft(days).expires_at
            return make_client("New", client.tenant, actor=mara, expires_at=expires_at)
        if kind == "add secret":
            return add_secret(client, draft(days), **by)
        return rotate_secret(client, old.pk, draft(days), old_ends_at=NOW + DAY, **by)

    if allowed:
        do()
        return
    before = ClientSecret.objects.count()
    with refused_at("secret.expiration"):
        do()
    assert ClientSecret.objects.count() == before
    assert not Client.objects.filter(name="New").exists()


def test_never_expires_can_be_forbidden_without_a_limit(client: Client, mara: Actor) -> None:
    demand(TenantPolicy(never_expires_allowed=False), mara)

    add_secret(client, draft(3000), actor=mara, now=NOW)
    with pytest.raises(RuleBroken):
        add_secret(client, draft(None), actor=mara, now=NOW)


def test_edit_may_shorten_but_not_exceed_the_allowed_lifetime(client: Client, mara: Actor) -> None:
    demand(QUARTER, mara)
    secret = client.secrets.get()

    def edit(days: float | None, description: str = "") -> None:
        expires_at = draft(days).expires_at
        edit_secret(
            client,
            secret.pk,
            SecretDraft(description=description, expires_at=expires_at),
            actor=mara,
            now=NOW,
        )

    edit(365, "the end stays, though a new one would be refused")
    edit(200)
    for days in (200.1, None):
        with pytest.raises(RuleBroken):
            edit(days)
    edit(10)
    edit(90)
    with pytest.raises(RuleBroken):
        edit(90.1)


def test_edit_cannot_bypass_forced_rotation(client: Client, mara: Actor) -> None:
    demand(ROTATES, mara, yes=True)
    secret, later = client.secrets.get(), NOW + 80 * DAY

    edit_secret(client, secret.pk, draft(85), actor=mara, now=later)
    with pytest.raises(RuleBroken):
        edit_secret(client, secret.pk, draft(90.01), actor=mara, now=later)
    edit_secret(client, secret.pk, draft(90), actor=mara, now=later)


def test_forced_rotation_needs_confirmation_and_expires_old_secrets(
    tenant: Tenant, mara: Actor
) -> None:
    (client,) = insert_clients(["Pumps"], tenant)
    ends = {"old": IN_A_YEAR, "never": None, "soon": NOW + 5 * DAY, "gone": NOW - DAY}
    for name, expires_at in ends.items():
        insert_secrets(client, 1, expires_at=expires_at, description=name)
    young = add_secret(client, draft(365), actor=mara, now=NOW - 10 * DAY).secret
    with refused_at("confirms_ends"):
        demand(ROTATES, mara)
    assert tenant_policy(tenant.pk) == NO_POLICY

    demand(ROTATES, mara, yes=True)
    end_old_secrets(now=NOW)
    end_old_secrets(now=NOW + DAY)  # does not extend anything

    now_ends = dict(client.secrets.values_list("description", "expires_at"))
    assert now_ends["old"] == now_ends["never"] == NOW + 30 * DAY
    assert (now_ends["soon"], now_ends["gone"]) == (NOW + 5 * DAY, NOW - DAY)
    young.refresh_from_db()
    assert young.expires_at == NOW + 80 * DAY
    edits = AuditEvent.objects.filter(action="client.secret.edited", actor_kind="system")
    assert edits.count() == 3
    client.refresh_from_db()
    assert client.next_expires_at == NOW + 5 * DAY


@pytest.mark.parametrize(
    "change", [{"expires_at": NOW + 5 * DAY}, {"removed_at": NOW, "removed_by": "x"}]
)
def test_forced_rotation_leaves_a_secret_that_was_changed_in_the_meantime(
    client: Client, mara: Actor, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    ClientSecret.objects.update(created_at=NOW - 400 * DAY)
    demand(ROTATES, mara, yes=True)

    def locked_after_the_change(client: Client) -> Client:
        ClientSecret.objects.update(**change)
        return locked(client)

    monkeypatch.setattr(policies, "locked", locked_after_the_change)
    end_old_secrets(now=NOW)

    assert client.secrets.get().expires_at == change.get("expires_at", IN_A_YEAR)
    assert not AuditEvent.objects.filter(action="client.secret.edited").exists()


def test_forced_rotation_does_not_affect_other_tenants(client: Client, stranger: Person) -> None:
    demand(ROTATES, actor_for(stranger))
    end_old_secrets(now=NOW)

    assert client.secrets.get().expires_at == IN_A_YEAR


def test_person_who_adds_a_client_becomes_its_owner(
    tenant: Tenant, administrator: Person, mara: Actor, colleague: Person
) -> None:
    assert not make_client("Free", tenant, actor=mara).client.owners.exists()
    demand(TenantPolicy(owner_required=True), mara)

    owned = make_client("Owned", tenant, actor=mara).client
    assert list(owned.owners.all()) == [administrator]
    with pytest.raises(RuleBroken):
        make_client("Nobody's", tenant)  # on the command line, which has no person

    with refused_at("owners"):
        set_owners(owned, frozenset(), expected_version=owned.version, actor=mara, now=NOW)
    Person.objects.filter(pk=colleague.pk).update(is_active=False)
    with pytest.raises(RuleBroken):
        set_owners(owned, frozenset({colleague.pk}), expected_version=1, actor=mara, now=NOW)
    assert list(owned.owners.all()) == [administrator]
