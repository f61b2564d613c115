"""The list of clients: filters by state, and sort orders."""

from datetime import UTC
from typing import Any

import pytest

from clients_app.models import Client, Tenant
from clients_app.selectors.clients.lists import client_page
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.clients.timeline import expiring_weeks
from clients_app.services.clients.sort_columns import update_expiry, update_owned
from tests.credentials import insert_identities, insert_keys
from tests.factories import insert_clients, insert_secrets, make_client, make_person
from tests.moments import NOW, SECOND
from tests.selectors.clients.client_lists import DAY, names_of, page_of


def in_state(tenant: Tenant) -> None:
    """Add one client for each choice of the Show filter."""
    spans = {"year": 365 * DAY, "in 29 days": 30 * DAY - SECOND, "in 30 days": 30 * DAY}
    for name, span in spans.items():
        make_client(name, tenant, expires_at=NOW + span)
    make_client("never", tenant, expires_at=None)
    none, ended, long_ended, off, idle, busy = insert_clients(
        ["none", "ended", "long ended", "off", "idle", "busy"], tenant
    )
    insert_secrets(ended, 1, expires_at=NOW)
    insert_secrets(long_ended, 1, expires_at=NOW - 91 * DAY)
    insert_secrets(off, 1)
    insert_secrets(idle, 2)
    insert_secrets(busy, 1)
    old = {"created_at": NOW - 200 * DAY}
    Client.objects.filter(pk=none.pk).update(**old)
    Client.objects.filter(pk=off.pk).update(is_enabled=False)
    Client.objects.filter(pk=idle.pk).update(last_token_at=NOW - 90 * DAY - SECOND, **old)
    Client.objects.filter(pk=busy.pk).update(last_token_at=NOW - 90 * DAY, **old)


@pytest.mark.parametrize(
    ("show", "names"),
    [
        (Show.DISABLED, ["off"]),
        (Show.EXPIRING, ["in 29 days"]),
        (Show.EXPIRED, ["ended"]),
        (Show.NEVER, ["never"]),
        (Show.NO_SECRETS, ["long ended", "none"]),
        (Show.UNUSED, ["idle", "none"]),
        (Show.REMOVED, []),
    ],
)
def test_show_finds_the_clients_in_each_state(tenant: Tenant, show: Show, names: list[str]) -> None:
    in_state(tenant)
    page = page_of(tenant, show=show)

    assert [client.name for client in page.clients] == names
    assert page.counts["client-credentials"] == page.total == len(names)
    assert page.unfiltered == 10
    assert len(names_of(tenant, show=Show.ACTIVE)) == 9
    assert len(names_of(tenant)) == 10


def test_show_finds_clients_without_owner_or_with_an_old_secret(tenant: Tenant) -> None:
    owned, old, new = insert_clients(["owned", "old", "new"], tenant)
    owned.owners.add(make_person("olga", tenant))
    update_owned(owned)
    for client, age in ((old, 365 * DAY + SECOND), (new, 365 * DAY)):
        insert_secrets(client, 1, created_at=NOW - age)
        insert_secrets(client, 1, created_at=NOW - 900 * DAY, expires_at=NOW)  # expired

    assert names_of(tenant, show=Show.NO_OWNER) == ["new", "old"]
    assert names_of(tenant, show=Show.OLD) == ["old"]


def test_removed_clients_are_listed_separately_for_30_days(tenant: Tenant) -> None:
    late, lately, _present = insert_clients(["late", "lately", "present"], tenant)
    Client.objects.filter(pk=late.pk).update(removed_at=NOW - 30 * DAY)
    Client.objects.filter(pk=lately.pk).update(removed_at=NOW - 30 * DAY + SECOND)

    assert names_of(tenant, show=Show.REMOVED) == ["lately"]
    assert names_of(tenant) == ["present"]


def test_state_is_right_after_the_stored_expiry_has_passed(tenant: Tenant) -> None:
    both, one, endless = insert_clients(("both", "one", "endless"), tenant)
    insert_secrets(both, 1, expires_at=NOW + DAY)
    insert_secrets(both, 1, expires_at=NOW + 50 * DAY)
    insert_secrets(one, 1, expires_at=NOW + 2 * DAY)
    insert_secrets(endless, 1, expires_at=NOW + DAY)
    insert_secrets(endless, 1, expires_at=None)

    def names(days: int, **options: Any) -> list[str]:
        return names_of(tenant, now=NOW + days * DAY, **options)

    assert names(0, show=Show.EXPIRING) == ["both", "endless", "one"]
    assert names(0, sort="expires") == ["both", "endless", "one"]
    assert names(3, show=Show.EXPIRING) == []
    assert names(21, show=Show.EXPIRING) == ["both"]
    assert names(3, show=Show.EXPIRED) == ["one"]
    assert names(3, show=Show.NEVER) == ["endless"]
    assert names(3, show=Show.NO_SECRETS) == []
    assert names(3, sort="expires") == ["one", "both", "endless"]
    assert names(3, sort="-expires") == ["both", "one", "endless"]
    assert names(93, show=Show.NO_SECRETS) == ["one"]
    assert names(93, show=Show.EXPIRED) == ["both"]
    assert names(93, sort="expires") == ["both", "endless", "one"]


def test_list_and_states_count_keys_and_identities_as_secrets(tenant: Tenant) -> None:
    """Also after the stored expiry has passed, when the rows themselves are read."""
    mixed, keyed, federated, rotated = insert_clients(
        ("mixed", "keyed", "federated", "rotated"), tenant
    )
    insert_secrets(mixed, 1, expires_at=NOW + DAY)
    insert_keys(mixed, 1, expires_at=NOW + 9 * DAY)
    insert_keys(keyed, 2, expires_at=NOW + 2 * DAY)
    insert_identities(federated, 1, expires_at=NOW + 3 * DAY)
    insert_identities(federated, 1, expires_at=None)
    [old] = insert_keys(rotated, 1, expires_at=NOW + 4 * DAY)
    insert_keys(rotated, 1, expires_at=NOW + 90 * DAY, thumbprint="new", replaces=old)
    for client in (mixed, keyed, federated, rotated):
        update_expiry(client, now=NOW)
        client.save()

    def names(days: int, **options: Any) -> list[str]:
        return names_of(tenant, now=NOW + days * DAY, **options)

    assert names(0, show=Show.EXPIRING_SOON) == ["federated", "keyed", "mixed"]
    assert names(1, sort="expires") == ["keyed", "federated", "mixed", "rotated"]
    assert names(4, show=Show.EXPIRING_SOON) == ["mixed"]  # by its key
    assert names(10, show=Show.EXPIRING) == []
    assert names(4, show=Show.EXPIRED) == ["keyed"]
    assert names(4, show=Show.NEVER) == ["federated"]
    weeks = expiring_weeks(Client.objects.all(), zone=UTC, now=NOW + 5 * DAY)
    assert sum(week.clients for week in weeks) == 2
    page = client_page(tenant.pk, client_type="client-credentials", now=NOW + 5 * DAY)
    assert [(one.name, one.has_live_credential, one.first_expiry) for one in page.clients] == [
        ("federated", True, None),
        ("keyed", False, None),
        ("mixed", True, NOW + 9 * DAY),
        ("rotated", True, NOW + 90 * DAY),
    ]


def test_list_has_the_expiry_of_each_client(tenant: Tenant) -> None:
    names = ("a live", "b never", "c expired", "d long expired", "e none", "f removed", "g at once")
    live, never, expired, long_ago, _, removed, at_once = insert_clients(names, tenant)
    insert_secrets(live, 2, expires_at=NOW + DAY)
    insert_secrets(live, 1, expires_at=NOW + SECOND)
    insert_secrets(live, 1, expires_at=NOW - DAY)
    insert_secrets(live, 1, expires_at=NOW - 2 * DAY)
    insert_secrets(never, 1, expires_at=None)
    insert_secrets(expired, 1, expires_at=NOW - 90 * DAY + SECOND)
    insert_secrets(long_ago, 1, expires_at=NOW - 90 * DAY)
    insert_secrets(removed, 1, removed_at=NOW)
    insert_secrets(at_once, 1, expires_at=NOW)

    said = [
        (client.name[0], client.has_live_credential, client.first_expiry, client.last_expired)
        for client in page_of(tenant).clients
    ]

    assert said == [
        ("a", True, NOW + SECOND, NOW - DAY),
        ("b", True, None, None),
        ("c", False, None, NOW - 90 * DAY + SECOND),
        ("d", False, None, None),
        ("e", False, None, None),
        ("f", False, None, None),
        ("g", False, None, NOW),
    ]
