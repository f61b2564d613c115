"""`manage.py public_keys`: list, show, add, edit and remove."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clients_app.models import AuditEvent, Client, ClientKey, FetchedKeySet, Tenant
from tests.credentials import insert_keys
from tests.factories import make_client
from tests.management.conftest import Run
from tests.oauth.assertions import key_of

YEAR = datetime.now(UTC).year + 1
EC = key_of("EC")


@pytest.fixture
def client(tenant: Tenant) -> Client:
    return make_client("Pump", tenant).client


@pytest.fixture
def pem(tmp_path: Path) -> str:
    """A file with a public key."""
    file = tmp_path / "key.pem"
    file.write_bytes(EC.as_pem(private=False))
    return str(file)


def test_added_key_is_listed_and_shown(run: Run, client: Client, pem: str) -> None:
    words = ("--key", pem, "--description", "build", "--expires", f"{YEAR}-03-01", "--json")
    printed = json.loads(run("public_keys", "add", str(client.pk), *words).out)

    key = ClientKey.objects.get()
    assert (printed["Id"], printed["Thumbprint"]) == (key.pk, EC.thumbprint())
    assert printed["Jwk"] == key.jwk
    assert key.expires_at == datetime(YEAR, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert json.loads(run("public_keys", "list", str(client.pk), "--json").out) == printed
    heading, row = run("public_keys", "list", str(client.pk)).out.splitlines()
    assert heading.split() == ["ID", "KEY", "EXPIRES", "LAST", "USED", "DESCRIPTION"]
    assert row.split() == [
        *(str(key.pk), "EC", "P-256", f"{YEAR}-03-01", "23:59", "never", "build"),
    ]
    assert EC.thumbprint() in run("public_keys", "show", str(client.pk), str(key.pk)).out


def test_private_key_is_refused_and_not_repeated(run: Run, client: Client, tmp_path: Path) -> None:
    file = tmp_path / "private.pem"
    file.write_bytes(EC.as_pem(private=True))

    ended = run("public_keys", "add", str(client.pk), "--key", str(file))

    assert ended.status == 1
    assert ended.error.startswith("This is a private key")
    assert "--key" in ended.error
    assert "BEGIN" not in ended.error + ended.out
    assert not ClientKey.objects.exists()


def test_address_of_keys_is_added_and_expected(run: Run, client: Client) -> None:
    url = "https://keys.example/jwks"
    assert run("public_keys", "add", str(client.pk), "--jwks-url", url).status == 0

    key = ClientKey.objects.get()
    assert FetchedKeySet.objects.get().url == key.jwks_url == url
    shown = run("public_keys", "show", str(client.pk), str(key.pk)).out
    assert f"JWKS URL {url}" in shown
    assert "Fetched:     never" in shown
    assert run("public_keys", "add", str(client.pk), "--jwks-url", "http://x.example").status == 1
    assert run("public_keys", "add", str(client.pk)).status == 1


def test_edit_and_remove_change_what_is_named(run: Run, client: Client, pem: str) -> None:
    run("public_keys", "add", str(client.pk), "--key", pem, "--never-expires")
    key = ClientKey.objects.get()
    words = (str(client.pk), str(key.pk))

    run("public_keys", "edit", *words, "--description", "renamed")
    key.refresh_from_db()
    assert (key.description, key.expires_at) == ("renamed", None)
    assert run("public_keys", "remove", *words).status == 0
    assert run("public_keys", "remove", *words).status == 1
    assert run("public_keys", "list", str(client.pk), "--json").out == ""


def test_rules_change_what_is_named(run: Run, client: Client) -> None:
    words = ("public_keys", "rules", str(client.pk))

    said = run(*words, "--accept-token-endpoint").out
    assert said.splitlines() == [
        "typ: client-authentication+jwt, JWT or none",
        "aud: the issuer or the token endpoint",
    ]
    run(*words, "--demand-type")
    client.refresh_from_db()
    assert client.demands_assertion_type
    assert client.accepts_token_endpoint_audience
    run(*words, "--no-demand-type", "--no-accept-token-endpoint")
    client.refresh_from_db()
    assert not client.demands_assertion_type
    assert not client.accepts_token_endpoint_audience
    changed = AuditEvent.objects.filter(action="client.edited").order_by("pk").last()
    assert changed is not None
    assert '"accepts_token_endpoint_audience":true' in changed.canonical


def test_dry_run_adds_nothing(run: Run, client: Client, pem: str) -> None:
    ended = run("public_keys", "add", str(client.pk), "--key", pem, "--dry-run")

    assert "Added public key" in ended.out
    assert not ClientKey.objects.exists()


def test_rotated_key_replaces_the_old_one(run: Run, client: Client, pem: str) -> None:
    rows = insert_keys(client, 1, description="build")

    ended = run("public_keys", "rotate", "Pump", str(rows[0].pk), "--key", pem, "--old-ends", "1h")

    new = ClientKey.objects.latest("pk")
    assert ended.out.startswith(f"The public key build is added with the id {new.pk}. The old one")
    assert (new.replaces_id, new.description) == (rows[0].pk, "build")
    assert run("public_keys", "rotate", "Pump", str(rows[0].pk)).status == 1
