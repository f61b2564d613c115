"""Which clients would break a policy, before it is set."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients_app.models import Client, ClientOwner, Person, Tenant
from clients_app.rules.tenant_policy import NO_POLICY, TenantPolicy
from clients_app.selectors.tenants.policies import noncompliant_clients
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, make_tenant
from tests.moments import IN_A_YEAR, NOW

DAY = timedelta(days=1)
QUARTER = TenantPolicy(secret_days_max=90)
ROTATES = TenantPolicy(rotation_days=90)


def test_the_dry_run_names_clients_that_break_it(tenant: Tenant, administrator: Person) -> None:
    never, long, short, none = insert_clients(["Never", "Long", "Short", "None"], tenant)
    insert_secrets(never, 1, expires_at=None)
    insert_secrets(long, 1, expires_at=NOW + 91 * DAY)
    insert_secrets(long, 1, expires_at=NOW + 90 * DAY)
    insert_secrets(long, 1, expires_at=IN_A_YEAR, removed_at=NOW)
    insert_secrets(short, 1, expires_at=NOW + 5 * DAY)
    ClientOwner.objects.create(client=none, person=administrator)
    (foreign,) = insert_clients(["Foreign"], make_tenant("Cranes GmbH"))
    insert_secrets(foreign, 1, expires_at=None)
    Client.objects.filter(pk=insert_clients(["Removed"], tenant)[0].pk).update(removed_at=NOW)

    def breaking(policy: TenantPolicy) -> list[str]:
        page = noncompliant_clients(tenant.pk, policy, page=1, now=NOW)
        return [client.name for client in page.clients]

    assert breaking(NO_POLICY) == []
    assert breaking(TenantPolicy(never_expires_allowed=False)) == ["Never"]
    assert breaking(QUARTER) == ["Long", "Never"]
    assert breaking(ROTATES) == ["Long", "Never", "Short"]  # added 400 days ago
    assert breaking(TenantPolicy(owner_required=True)) == ["Long", "Never", "Short"]
    page = noncompliant_clients(tenant.pk, QUARTER, page=1, now=NOW)
    assert [len(client.breaking_secrets) for client in page.clients] == [1, 1]
    assert noncompliant_clients(tenant.pk, ROTATES, page=1, now=NOW).to_expire == 3


def test_keys_and_identities_that_last_too_long_are_listed(tenant: Tenant) -> None:
    signs, federated, short = insert_clients(["Signs", "Federated", "Short"], tenant)
    [key] = insert_keys(signs, 1, expires_at=None)
    [identity] = insert_identities(federated, 1, expires_at=NOW + 91 * DAY)
    for insert in (insert_keys, insert_identities):
        insert(short, 1, expires_at=NOW + 90 * DAY, created_at=NOW)

    page = noncompliant_clients(tenant.pk, QUARTER, page=1, now=NOW)

    assert [(one.name, one.breaking_keys, one.breaking_identities) for one in page.clients] == [
        ("Federated", [], [identity]),
        ("Signs", [key], []),
    ]
    forbids = TenantPolicy(never_expires_allowed=False)
    assert noncompliant_clients(tenant.pk, forbids, page=1, now=NOW).clients == [signs]


def test_dry_run_pages_take_a_constant_number_of_queries(tenant: Tenant) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            noncompliant_clients(tenant.pk, ROTATES, page=1, now=NOW)
        return len(captured)

    for client in insert_clients(["A"], tenant):
        insert_secrets(client, 1, expires_at=None)
    few = queries()
    for client in insert_clients([f"B{n:02}" for n in range(59)], tenant):
        insert_secrets(client, 2, expires_at=None)

    assert queries() == few == 6
    second = noncompliant_clients(tenant.pk, ROTATES, page=2, now=NOW)
    assert (second.total, second.pages, len(second.clients)) == (60, 2, 10)
    assert noncompliant_clients(tenant.pk, ROTATES, page=99, now=NOW).page == 2
