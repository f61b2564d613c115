"""Reads the list of clients."""

from datetime import timedelta
from typing import Any

from clients_app.models import Tenant
from clients_app.selectors.clients.lists import ClientPage, client_page
from tests.moments import NOW

DAY = timedelta(days=1)


def page_of(tenant: Tenant, **options: Any) -> ClientPage:
    return client_page(tenant.pk, **{"client_type": "client-credentials", "now": NOW, **options})


def names_of(tenant: Tenant, **options: Any) -> list[str]:
    return [client.name for client in page_of(tenant, **options).clients]
