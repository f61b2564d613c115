"""The form data and the address of Add Client in the admin site."""

import re
from typing import Any

from django.urls import reverse

from clients_app.models import Tenant
from clients_app.rules.client_types import CLIENT_CREDENTIALS
from tests.responses import text_of

ADD_CLIENT_FORM: dict[str, Any] = {
    "name": "Pump Station 14 gateway",
    "token_lifetime": "900",
    "description": "Reads levels",
    "contact": "ops@example.com",
    "tags": "pumps, north",
    "secret_description": "first",
    "expiration": "",
    "never_expires": "on",
    "form_key": "one-time-key-of-the-form",
}


def add_client_address(tenant: Tenant, client_type: str = CLIENT_CREDENTIALS.id) -> str:
    return f"{reverse('admin:clients_app_client_add')}?tenant={tenant.pk}&type={client_type}"


def plain_secret_in(reply: Any) -> str:
    """Return the one secret that the page shows."""
    (plain,) = set(re.findall(r"pcs_[0-9A-Za-z]{49}", text_of(reply)))
    return plain
