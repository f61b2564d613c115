"""Changes to a client apply to its next token request, whatever is cached."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from clients_app.models import Client, ClientRole, ClientSecret
from clients_app.rules.built_in_roles import TENANT_MEMBER
from clients_app.rules.secret_format import new_secret
from clients_app.services.secrets.digests import stored_form
from tests.factories import make_role
from tests.oauth.conftest import CREATED
from tests.oauth.endpoints.token_responses import GRANT, Ask, claims_of, token_of
from tests.oauth.wsgi import basic, form


def refused(ask: Ask, client: SimpleNamespace) -> bool:
    reply = ask(authorization=basic(client.id, client.plain), body=form(**GRANT))
    return (reply.status, reply.json()["error"]) == (401, "invalid_client")


CHANGES: dict[str, Callable[[SimpleNamespace], Any]] = {
    "the secret is removed": lambda c: c.secret.__class__.objects.filter(pk=c.secret.pk).update(
        removed_at=timezone.now()
    ),
    "the secret expires": lambda c: ClientSecret.objects.filter(pk=c.secret.pk).update(
        expires_at=timezone.now()
    ),
    "the client is disabled": lambda c: Client.objects.filter(pk=c.id).update(is_enabled=False),
    "the client is removed": lambda c: Client.objects.filter(pk=c.id).update(
        removed_at=timezone.now()
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_change_to_the_client_applies_to_the_next_request(
    clients: SimpleNamespace, ask: Ask, change: str
):
    """SEC-11 and CLI-17, even though the secret is cached."""
    token_of(ask, clients.good)

    CHANGES[change](clients.good)

    assert refused(ask, clients.good)


def test_next_token_has_the_changed_roles(clients: SimpleNamespace, ask: Ask):
    """CLI-17."""
    token_of(ask, clients.good)
    ClientRole.objects.exclude(role__role_type_id=TENANT_MEMBER).delete()
    new = make_role("Pumps.Operator", clients.good.row.tenant)
    ClientRole.objects.create(client=clients.good.row, role=new)

    claims = claims_of(token_of(ask, clients.good))

    assert claims["roles"] == ["Pumps.Operator", "Tenant Member"]
    assert claims["role_ids"][0] == str(new.id)


def test_secret_expires_to_the_second(clients: SimpleNamespace, ask: Ask):
    """SEC-9: works a second before, refused at it; with and without microseconds."""
    for end in (
        datetime(2027, 1, 1, 0, 0, 0, tzinfo=UTC),
        datetime(2027, 3, 28, 1, 0, 0, 250_000, tzinfo=UTC),
    ):
        ClientSecret.objects.filter(pk=clients.good.secret.pk).update(expires_at=end)
        for moment, is_refused in (
            (end - timedelta(seconds=1), False),
            (end - timedelta(microseconds=1), False),
            (end, True),
            (end + timedelta(microseconds=1), True),
            (end + timedelta(days=1), True),
        ):
            with time_machine.travel(moment, tick=False):
                if is_refused:
                    assert refused(ask, clients.good), moment
                else:
                    token_of(ask, clients.good)


def test_two_live_secrets_both_work(clients: SimpleNamespace, ask: Ask):
    """SEC-11: add the new one, both work, remove the old one."""
    plain = new_secret()
    stored = stored_form(plain, client_id=clients.good.row.id)
    second = ClientSecret.objects.create(
        client=clients.good.row, created_at=CREATED, created_by="test", **stored._asdict()
    )
    new = SimpleNamespace(id=clients.good.id, plain=plain)

    assert claims_of(token_of(ask, clients.good))["cred"] == clients.good.secret.id
    assert claims_of(token_of(ask, new))["cred"] == second.id
    ClientSecret.objects.filter(pk=clients.good.secret.pk).update(removed_at=timezone.now())
    assert refused(ask, clients.good)
    assert claims_of(token_of(ask, new))["cred"] == second.id
