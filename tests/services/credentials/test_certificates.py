"""A certificate as a public key: valid when it is entered; after that only its key counts."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.x509 import load_pem_x509_certificate

from clients_app.models import Client, Tenant
from clients_app.services.clients.drafts import ClientDraft
from clients_app.services.clients.registration import register_client
from clients_app.services.credentials.identities import IdentityDraft, add_identity, edit_identity
from clients_app.services.credentials.key_rotation import rotate_key
from clients_app.services.credentials.keys import KeyDraft, add_keys
from tests.certificates import certificate_of
from tests.credentials import insert_identities, insert_keys
from tests.factories import command_line_in, insert_clients
from tests.oauth.assertions import key_of
from tests.refused_values import refused_at

CERTIFICATE = certificate_of(key_of("EC").private_key)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("way", ["add", "rotate", "register"])
def test_certificate_outside_its_time_is_refused_with_the_day(tenant: Tenant, way: str) -> None:
    dates = load_pem_x509_certificate(CERTIFICATE.encode())
    begins, ends = dates.not_valid_before_utc, dates.not_valid_after_utc
    [client] = insert_clients(["Pump"], tenant)
    [old] = insert_keys(client, 1, expires_at=None)
    draft = KeyDraft(pasted=CERTIFICATE, expires_at=None)

    def enter(now: Any) -> None:
        by: Any = {"actor": command_line_in(tenant), "now": now}
        if way == "add":
            add_keys(client, draft, **by)
        elif way == "rotate":
            rotate_key(client, old.pk, draft, old_ends_at=now, **by)
        else:
            register_client(ClientDraft(name="New"), draft, **by)

    for now, sentence in (
        (ends + SECOND, f"expired on {ends:%Y-%m-%d}"),
        (begins - SECOND, f"valid from {begins:%Y-%m-%d} on"),
    ):
        with refused_at("key", sentence):
            enter(now)
    assert (client.keys.count(), Client.objects.count()) == (1, 1)
    enter(ends - SECOND)


def test_certificate_of_an_issuer_is_refused_outside_its_time(tenant: Tenant) -> None:
    ends = load_pem_x509_certificate(CERTIFICATE.encode()).not_valid_after_utc
    [client] = insert_clients(["Pump"], tenant)
    [row] = insert_identities(client, 1, expires_at=None)
    draft = IdentityDraft(
        issuer="https://ci.example", subject_rule="a", jwks=CERTIFICATE, expires_at=None
    )
    late: Any = {"actor": command_line_in(tenant), "now": ends + SECOND}
    for enter in (
        lambda: add_identity(client, draft, **late),
        lambda: edit_identity(client, row.pk, draft, **late),
        lambda: register_client(ClientDraft(name="New"), draft, **late),
    ):
        with refused_at("identity.jwks", f"expired on {ends:%Y-%m-%d}"):
            enter()
    edit_identity(client, row.pk, draft, **{**late, "now": ends - SECOND})
    edit_identity(client, row.pk, draft, **late)  # the same key: it was entered before
