"""No read below the services mentions, or counts, a row of another tenant (TEN-1)."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any, Final

import pytest
from django.db.models import Exists

from clients_app import selectors
from clients_app.models import Client
from clients_app.rules.chart_slots import hours
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.clients import (
    attention,
    charts,
    lists,
    lookup,
    models,
    order,
    shows,
    usage,
)
from clients_app.selectors.clients import filters as client_filters
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.people import lists as people_lists
from clients_app.selectors.people import lookup as people
from clients_app.selectors.roles import roles
from clients_app.selectors.tenants import lookup as tenants
from clients_app.selectors.tenants import policies, sidebar
from tests.actors import machine_of
from tests.factories import make_role, make_tenant
from tests.moments import NOW
from tests.selectors.activity_reads import ACTIVITY_READS
from tests.selectors.api_reads import API_READS
from tests.selectors.authorization_reads import AUTHORIZATION_READS
from tests.selectors.credential_reads import CREDENTIAL_READS
from tests.selectors.list_reads import LIST_READS, every_client, page
from tests.selectors.tenant_world import World, fill, ids_of, mentioned, plain

POLICY: Final = TenantPolicy(
    secret_days_max=1,
    rotation_days=1,
    never_expires_allowed=False,
    owner_required=True,
)
Read = Callable[[World], Any]


#: each function of ``clients_app.selectors``, and how to read with it what one tenant has
READS: Final[dict[Any, list[Read]]] = {
    **ACTIVITY_READS,
    lists.client_page: [
        *(lambda own, show=show: page(own, show=show) for show in Show),
        lambda own: page(own, q="north"),
        lambda own: page(own, role_id=own.role.pk),
        lambda own: page(own, sort="expires", opened=own.client),
    ],
    **LIST_READS,
    **API_READS,
    **AUTHORIZATION_READS,
    order.in_order: [
        lambda own: order.in_order(Client.objects.for_tenant(own.tenant.pk), "name", NOW)
    ],
    order.with_expiry: [
        lambda own: order.with_expiry(Client.objects.for_tenant(own.tenant.pk), NOW)
    ],
    client_filters.filtered: [
        lambda own: client_filters.filtered(Client.objects.for_tenant(own.tenant.pk), "north")
    ],
    client_filters.contains: [
        lambda own: Client.objects.for_tenant(own.tenant.pk).filter(
            client_filters.contains("pump")
        ),
    ],
    attention.attention: [lambda own: attention.attention(own.tenant.pk, now=NOW)],
    usage.addresses_of: [lambda own: usage.addresses_of(own.client, now=NOW)],
    usage.last_refusal: [lambda own: usage.last_refusal(own.client)],
    shows.condition: [
        lambda own, one=one: Client.objects.for_tenant(own.tenant.pk).filter(
            shows.condition(one, NOW)
        )
        for one in Show
    ],
    shows.cases: [
        lambda own, case=case: Client.objects.for_tenant(own.tenant.pk).filter(case).order_by("pk")
        for one in Show
        for case in shows.cases(one, NOW)
    ],
    shows.health_rank: [
        lambda own: Client.objects.for_tenant(own.tenant.pk).order_by(shows.health_rank(NOW), "pk")
    ],
    shows.credentials_of_client: [
        lambda own: Client.objects.for_tenant(own.tenant.pk).filter(
            *(Exists(rows) for rows in shows.credentials_of_client())
        )
    ],
    people_lists.people_page: [
        *(
            lambda own, show=show: people_lists.people_page(own.tenant.pk, show=show, now=NOW)
            for show in people_lists.PeopleShow
        ),
        lambda own: people_lists.people_page(own.tenant.pk, q="ines", sort="-seen", now=NOW),
        lambda own: people_lists.people_page(own.tenant.pk, role_id=own.role.pk, now=NOW),
    ],
    people_lists.owned_clients: [lambda own: people_lists.owned_clients(own.person, page=1)],
    people_lists.state_in_list: [lambda own: people_lists.state_in_list(own.person, now=NOW)],
    people.get_person: [lambda own: people.get_person(own.tenant.pk, own.person.pk)],
    people.person_called: [
        lambda own: people.person_called(own.tenant.pk, own.person.username),
        lambda own: people.person_called(own.tenant.pk, "nobody"),
    ],
    lookup.get_client: [lambda own: lookup.get_client(own.tenant.pk, own.client.pk)],
    lookup.get_removed_client: [
        lambda own: lookup.get_removed_client(own.tenant.pk, own.removed.pk, now=NOW),
    ],
    lookup.clients_named: [lambda own: lookup.clients_named(own.tenant.pk, every_client())],
    lookup.clients_by_id: [lambda own: lookup.clients_by_id(own.tenant.pk, every_client())],
    models.model_page: [
        lambda own: models.model_page(
            own.tenant.pk,
            client_type="client-credentials",
            now=NOW,
            skip=0,
            count=100,
            ids=every_client(),
            tags=["pump"],
        ),
        lambda own: models.model_page(
            own.tenant.pk, client_type="client-credentials", now=NOW, skip=0, count=100
        ),
    ],
    models.models_of: [lambda own: models.models_of(own.tenant.pk, every_client())],
    lookup.find_client: [
        lambda own: lookup.find_client(own.tenant.pk, "PUMP"),
        lambda own: lookup.find_client(own.tenant.pk, str(own.client.pk)),
    ],
    lookup.clients_called: [
        lambda own: lookup.clients_called(
            own.tenant.pk, ["Pump", "nobody", *map(str, every_client())]
        )
    ],
    lookup.name_is_taken: [
        lambda own: lookup.name_is_taken(own.tenant.pk, "pump"),
        lambda own: lookup.name_is_taken(own.tenant.pk, "Pump", but=own.client),
    ],
    usage.client_summary: [lambda own: usage.client_summary(own.client, now=NOW)],
    usage.refusals_of: [lambda own: usage.refusals_of(own.client, now=NOW)],
    usage.hours_of: [lambda own: usage.hours_of(own.client, now=NOW)],
    charts.client_counts: [lambda own: charts.client_counts(own.client, hours(NOW, count=24))],
    charts.tenant_counts: [lambda own: charts.tenant_counts(own.tenant.pk, hours(NOW, count=24))],
    charts.week_of_clients: [lambda own: charts.week_of_clients([own.client.pk], now=NOW)],
    **CREDENTIAL_READS,
    people.tenant_people: [lambda own: people.tenant_people(own.tenant.pk)],
    people.get_person: [lambda own: people.get_person(own.tenant.pk, own.person.pk)],
    people.rights_of: [lambda own: people.rights_of(own.person)],
    people.roles_of: [lambda own: people.roles_of(own.person.pk)],
    people.people_who_administer: [lambda own: people.people_who_administer(own.tenant.pk)],
    people.owned_by: [lambda own: people.owned_by(own.person)],
    roles.tenant_roles: [lambda own: roles.tenant_roles(own.tenant.pk)],
    roles.roles_with_counts: [lambda own: roles.roles_with_counts(own.tenant.pk)],
    roles.get_role: [lambda own: roles.get_role(own.tenant.pk, own.role.pk)],
    roles.find_role: [
        lambda own: roles.find_role(own.tenant.pk, own.role.name),
        lambda own: roles.find_role(own.tenant.pk, str(own.role.pk)),
    ],
    roles.holders_of: [lambda own: roles.holders_of(own.role)],
    roles.rights_of_client: [lambda own: roles.rights_of_client(own.client)],
    roles.roles_of_client: [lambda own: roles.roles_of_client(own.client)],
    roles.roles_of_person: [lambda own: roles.roles_of_person(own.person)],
    tenants.get_tenant: [lambda own: tenants.get_tenant(own.tenant.pk)],
    policies.policy_of: [lambda own: policies.policy_of(own.tenant)],
    policies.tenant_policy: [lambda own: policies.tenant_policy(own.tenant.pk)],
    policies.only_client_of: [lambda own: policies.only_client_of(machine_of(own.client))],
    policies.noncompliant_clients: [
        lambda own: policies.noncompliant_clients(own.tenant.pk, POLICY, page=1, now=NOW),
    ],
    policies.refused_in_dry_run: [
        lambda own: policies.refused_in_dry_run(own.tenant.pk, now=NOW),
    ],
    policies.secrets_to_end: [
        lambda own: policies.secrets_to_end(own.tenant.pk, POLICY, now=NOW),
    ],
    sidebar.sidebar_counts: [lambda own: sidebar.sidebar_counts(own.tenant.pk)],
}
#: modules about all tenants, for Staff and the command line, or about the keys they share
ACROSS: Final = {
    "clients_app.selectors.activity.subjects",
    "clients_app.selectors.tenants.installation",
    "clients_app.selectors.signing_keys.former_keys",
    "clients_app.selectors.signing_keys.keys",
}


def test_every_selector_has_a_row_here() -> None:
    found = set()
    for module in pkgutil.walk_packages(selectors.__path__, f"{selectors.__name__}."):
        here = importlib.import_module(module.name)
        for name, function in inspect.getmembers(here, inspect.isfunction):
            if function.__module__ == module.name and not name.startswith("_"):
                found.add(function)

    assert {one for one in found if one.__module__ not in ACROSS} == set(READS)


READS_BY_NAME: Final = {
    f"{function.__name__} {number}": read
    for function, some in READS.items()
    for number, read in enumerate(some)
}


@pytest.mark.sweep(on="postgresql")
def test_selector_of_one_tenant_is_not_changed_by_rows_of_another(first: World) -> None:
    before = {name: plain(read(first)) for name, read in READS_BY_NAME.items()}

    second = fill(make_tenant("Contoso"))
    make_role("One event more", second.tenant)
    before_more = {name: plain(read(second)) for name, read in READS_BY_NAME.items()}
    for name, read in READS_BY_NAME.items():
        assert (name, plain(read(first))) == (name, before[name])
    for number in range(3):
        make_role(f"Role {number}", first.tenant)
    for name, read in READS_BY_NAME.items():
        assert (name, plain(read(second))) == (name, before_more[name])
        for own, other in ((first, second), (second, first)):
            found = {str(one) for one in mentioned(plain(read(own)))}
            assert (name, found & ids_of(other)) == (name, set())
