"""Concurrent processes: an Identifier goes to one tenant, what a client may call is one draft."""

from clients_app.models import Api, IssuedIdentifier, MayCall, Tenant
from clients_app.selectors.apis.may_call import reach_of
from clients_app.services.apis.apis import remove_api
from clients_app.services.apis.may_call import MayCallDraft, set_may_call
from tests.actors import command_line_in
from tests.factories import insert_clients, let_call, make_api, make_tenant
from tests.faults.conftest import errors, run_concurrently
from tests.moments import NOW

SPELLINGS = ("https://a.example/Orders", "https://a.example/orders", "https://a.example/orders/")


def test_concurrent_tenants_get_an_identifier_once(committed_tenant: Tenant) -> None:
    """RES-4: also if they spell it in different ways."""
    tenants = [committed_tenant, *(make_tenant(f"Tenant {number}") for number in range(5))]

    outcomes = run_concurrently(
        6, lambda n: make_api("Orders", tenants[n], identifier=SPELLINGS[n % 3]) and None
    )

    assert errors(outcomes) == {"": 1, "Conflict": 5}
    assert Api.objects.custom().get().tenant == IssuedIdentifier.objects.get().tenant


def test_concurrent_changes_of_what_a_client_may_call_save_one(committed_tenant: Tenant) -> None:
    [client] = insert_clients(["Pump"], committed_tenant)
    apis = [make_api(f"API {number}", committed_tenant, "read") for number in range(4)]
    drafts = [MayCallDraft(apis={api.pk: frozenset({"read"})}) for api in apis]
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        4,
        lambda n: (
            set_may_call(client, drafts[n], expected_version=1, actor=actor, now=NOW) and None
        ),
    )

    assert errors(outcomes) == {"": 1, "ChangedMeanwhile": 3}
    assert MayCall.objects.count() == 1


def test_api_that_is_removed_while_clients_get_it_leaves_nothing(committed_tenant: Tenant) -> None:
    clients = insert_clients((f"Pump {number}" for number in range(5)), committed_tenant)
    api = make_api("Orders", committed_tenant, "read")
    actor = command_line_in(committed_tenant)

    outcomes = run_concurrently(
        6,
        lambda n: (
            (
                let_call(clients[n], api)
                if n < 5
                else remove_api(api.pk, seen=None, actor=actor, now=NOW)
            )
            and None
        ),
    )

    assert set(errors(outcomes)) <= {"", "RuleBroken"}
    assert not MayCall.objects.exists()
    for client in clients:
        client.refresh_from_db()
        assert not client.may_call_others
        assert len(reach_of(client).targets) == 1
