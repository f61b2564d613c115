"""What would be lost with Django's objects in place of the one query: time, and two queries."""

import time
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from clients_app.models import Client, ClientSecret, SigningKey
from clients_app.oauth.client_query import read_client

ROUNDS = 100


def by_django(client_id: Any, now: datetime) -> tuple[str, list[int], list[str], str]:
    """Read the same by models, as briefly as they can."""
    client = Client.objects.present().get(pk=client_id, is_enabled=True)
    secrets = [secret.pk for secret in ClientSecret.objects.live(now).filter(client=client)]
    roles = sorted(role.name for role in client.roles.all())
    return str(client.tenant_id), secrets, roles, SigningKey.objects.get(state="active").kid


def test_the_query_reads_what_models_read_in_a_third_of_the_time(
    good: SimpleNamespace, now: datetime
):
    best = {"models": 1.0, "query": 1.0}
    for _ in range(ROUNDS):
        start = time.perf_counter()
        read = read_client(good.row.pk, now=now)
        between = time.perf_counter()
        expected = by_django(good.row.pk, now)
        end = time.perf_counter()
        best["query"] = min(best["query"], between - start)
        best["models"] = min(best["models"], end - between)

    secrets = [secret.id for secret in read.secrets]
    roles = list(read.itself.role_names)
    assert (read.tenant_id, secrets, roles, read.active_kid) == expected
    assert 3 * best["query"] < best["models"], best


def test_a_client_without_live_secrets_is_read_with_its_roles(
    clients: SimpleNamespace, now: datetime
):
    for kind, is_active in (("expired", True), ("retired", True), ("disabled", False)):
        client = read_client(getattr(clients, kind).row.pk, now=now)
        assert (client.is_known, client.is_active, client.secrets) == (True, is_active, [])
        assert client.itself.role_names == ("MyData.Role", "Tenant Member")
