"""Rows that are sought by their ids are found by them, not by reading all of the tenant's."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from clients_app.models import Tenant
from clients_app.rules.built_in_roles import TENANT_ADMINISTRATOR
from clients_app.selectors.clients.lists import listed_clients
from clients_app.selectors.clients.lookup import clients_by_id, clients_named
from clients_app.selectors.clients.models import models_of
from clients_app.selectors.secrets.lookup import secrets_of_gainers
from clients_app.selectors.secrets.runs import run_of, secrets_to_rotate
from tests.moments import NOW
from tests.selectors.query_plans import plan_of

IDS: Final = [uuid4() for _ in range(400)]
READS: Final[dict[str, Callable[[UUID], Any]]] = {
    "a page of the list": lambda own: listed_clients(own, IDS[:50], now=NOW),
    "the clients of Activity": lambda own: clients_by_id(own, IDS[:50]),
    "a page of the REST API": lambda own: models_of(own, IDS[:100]),
    "selected clients": lambda own: clients_named(own, IDS),
    "a run": lambda own: run_of(own, list(range(1, 401)), now=NOW),
    "the start of a run": lambda own: secrets_to_rotate(own, IDS, period=None, now=NOW),
    "new privileges": lambda own: secrets_of_gainers(own, IDS, [TENANT_ADMINISTRATOR], now=NOW),
}


@pytest.mark.one_database  # PostgreSQL knows how many rows a tenant has
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_rows_are_found_by_their_ids(tenant: Tenant, read: Callable[[UUID], Any]) -> None:
    plan = plan_of(lambda: read(tenant.pk))

    assert plan
    tables = [line for line in plan if not line.startswith("SCAN json_each")]  # the ids themselves
    assert not [line for line in tables if "tenant_id=?" in line or line.startswith("SCAN")]
