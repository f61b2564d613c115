"""`manage.py public_keys`: list, show, add, edit and remove."""

import json
from datetime import UTC, datetime
from pathlib import Path

from clients_app.models import AuditEvent, Client, ClientKey, FetchedKeySet
from tests.credentials import insert_keys
from tests.management.conftest import Run
from tests.oauth.assertions import key_of

YEAR = datetime.now(UTC).year + 1
EC = key_of("EC")


def test_added_key_is_listed_and_shown(run: Run, pump: Client, public_key: str) -> None:
    words = ("--key", public_key, "--description", "build", "--expires", f"{YEAR}-03-01", "--json")
    printed = json.loads(run("public_keys", "add", str(pump.pk), *words).out)

    key = ClientKey.objects.get()
    assert (printed["Id"], printed["Thumbprint"]) == (key.pk, EC.thumbprint())
    assert printed["Jwk"] == key.jwk
    assert key.expires_at == datetime(YEAR, 3, 1, 23, 59, 59, tzinfo=UTC)
    assert json.loads(run("public_keys", "list", str(pump.pk), "--json").out) == printed
    heading, row = run("public_keys", "list", str(pump.pk)).out.splitlines()
    assert heading.split() == ["ID", "KEY", "EXPIRES", "LAST", "USED", "DESCRIPTION"]
    assert row.split() == [
        *(str(key.pk), "EC", "P-256", f"{YEAR}-03-01", "23:59", "never", "build"),
    ]
    assert EC.thumbprint() in run("public_keys", "show", str(pump.pk), str(key.pk)).out


def test_private_key_is_refused_and_not_repeated(run: Run, pump: Client, tmp_path: Path) -> None:
    file = tmp_path / "private.pem"
    file.write_bytes(EC.as_pem(private=True))

    ended = run("public_keys", "add", str(pump.pk), "--key", str(file))

    assert ended.status == 1
    assert ended.error.startswith("This is a private key")
    assert "--key" in ended.error
    assert "BEGIN" not in ended.error + ended.out
    assert not ClientKey.objects.exists()


def test_kid_of_another_key_is_refused(run: Run, pump: Client, tmp_path: Path) -> None:
    insert_keys(pump, 1)
    file = tmp_path / "key.json"
    file.write_text(json.dumps({**EC.as_dict(private=False), "kid": "of-no-use"}))

    ended = run("public_keys", "add", str(pump.pk), "--key", str(file))

    assert ended.status == 1
    assert ended.error.startswith("Give each key of a client its own kid")
    assert "--key" in ended.error


def test_address_of_keys_is_added_and_expected(run: Run, pump: Client) -> None:
    url = "https://keys.example/jwks"
    assert run("public_keys", "add", str(pump.pk), "--jwks-url", url).status == 0

    key = ClientKey.objects.get()
    assert FetchedKeySet.objects.get().url == key.jwks_url == url
    shown = run("public_keys", "show", str(pump.pk), str(key.pk)).out
    assert f"JWKS URL {url}" in shown
    assert "Fetched:     never" in shown
    assert run("public_keys", "add", str(pump.pk), "--jwks-url", "http://x.example").status == 1
    assert run("public_keys", "add", str(pump.pk)).status == 1


def test_edit_and_remove_change_what_is_named(run: Run, pump: Client, public_key: str) -> None:
    run("public_keys", "add", str(pump.pk), "--key", public_key, "--never-expires")
    key = ClientKey.objects.get()
    words = (str(pump.pk), str(key.pk))

    said = run("public_keys", "edit", *words, "--description", "renamed").out
    assert said == "The public key renamed is changed. Expires: never.\n"
    key.refresh_from_db()
    assert (key.description, key.expires_at) == ("renamed", None)
    assert run("public_keys", "remove", *words).status == 0
    assert run("public_keys", "remove", *words).status == 1
    assert run("public_keys", "list", str(pump.pk), "--json").out == ""


def test_rules_change_what_is_named(run: Run, pump: Client) -> None:
    words = ("public_keys", "rules", str(pump.pk))

    said = run(*words, "--accept-token-endpoint").out
    assert said.splitlines() == [
        "typ: client-authentication+jwt, JWT or none",
        "aud: the issuer or the token endpoint",
    ]
    run(*words, "--demand-type")
    pump.refresh_from_db()
    assert pump.demands_assertion_type
    assert pump.accepts_token_endpoint_audience
    run(*words, "--no-demand-type", "--no-accept-token-endpoint")
    pump.refresh_from_db()
    assert not pump.demands_assertion_type
    assert not pump.accepts_token_endpoint_audience
    changed = AuditEvent.objects.filter(action="client.edited").order_by("pk").last()
    assert changed is not None
    assert '"accepts_token_endpoint_audience":true' in changed.canonical


def test_dry_run_adds_nothing(run: Run, pump: Client, public_key: str) -> None:
    ended = run("public_keys", "add", str(pump.pk), "--key", public_key, "--dry-run")

    assert "Added public key" in ended.out
    assert not ClientKey.objects.exists()


def test_rotated_key_replaces_the_old_one(run: Run, pump: Client, public_key: str) -> None:
    rows = insert_keys(pump, 1, description="build")

    ended = run(
        "public_keys", "rotate", "Pump", str(rows[0].pk), "--key", public_key, "--old-ends", "1h"
    )

    new = ClientKey.objects.latest("pk")
    assert ended.out.startswith(f"The public key build is added with the id {new.pk}. The old one")
    assert (new.replaces_id, new.description) == (rows[0].pk, "build")
    assert run("public_keys", "rotate", "Pump", str(rows[0].pk)).status == 1
