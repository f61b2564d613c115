"""`manage.py keys`: what it prints, what it does, and one sentence for each error."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from clients_app import audit, derived_keys
from clients_app.models import AuditEvent, ClientSecret, NoticeChannel, SigningKey, Tenant
from clients_app.services.signing_keys import private_keys
from clients_app.services.signing_keys.public_keys import is_trusted
from clients_app.services.signing_keys.rotation import ensure_active_key, follow_schedule
from tests.conftest import Machine
from tests.factories import give_app, insert_secrets, make_person
from tests.management.conftest import Run
from tests.moments import NOW

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

KID = r"[\w-]{43}"
FORMER = "f" * 30 + "ormer" * 6


@pytest.fixture
def key(tenant: Tenant, settings: Any) -> Any:
    settings.TOKEN_SIGNING_ALGORITHM = "ES256"
    yield ensure_active_key(now=NOW)
    private_keys.forget()


@pytest.mark.both_databases
def test_list_shows_the_states_of_a_key(run: Run, key: SigningKey, settings: Any) -> None:
    settings.TOKEN_SIGNING_ALGORITHM = "RS256"
    settings.TIME_ZONE = "Europe/Berlin"
    follow_schedule(now=NOW + timedelta(days=76))
    one = run("keys", "list")
    following = SigningKey.objects.get(state="next")
    follow_schedule(now=NOW + timedelta(days=90))
    two = run("keys", "list")
    follow_schedule(now=NOW + timedelta(days=91))
    three = run("keys", "list")
    four = run("keys", "list", "--all")

    assert one == (
        0,
        f"next     RS256 2048 {following.kid}  signs from 2027-02-21 13:00:00 CET\n"
        f"active   ES256      {key.kid}  signs since 2026-11-23 13:00:00 CET\n",
        "",
    )
    assert two.out == (
        f"active   RS256 2048 {following.kid}  signs since 2027-02-21 13:00:00 CET\n"
        f"retired  ES256      {key.kid}  published until 2027-02-21 14:05:00 CET\n"
    )
    assert three.out.count("\n") == 1
    assert four.out.splitlines()[1] == (
        f"removed  ES256      {key.kid}  removed 2027-02-22 13:00:00 CET"
    )


def test_rotate_prints_when_the_new_key_signs(run: Run, key: SigningKey, tenant: Tenant) -> None:
    ended = run("keys", "rotate")

    following = SigningKey.objects.get(state="next")
    assert following.signs_from is not None
    moment = f"{following.signs_from:%Y-%m-%d %H:%M:%S} UTC"
    assert ended == (0, f"Key {following.kid} is published; it signs from {moment}.\n", "")
    event = AuditEvent.objects.order_by("pk").last()
    assert event is not None
    assert (event.action, event.actor_kind, event.tenant) == (
        "key.published",
        "command line",
        tenant,
    )


@pytest.mark.both_databases
def test_rotate_activates_a_key_that_verifiers_know(run: Run, key: SigningKey) -> None:
    run("keys", "rotate")
    SigningKey.objects.filter(state="next").update(created_at=NOW)

    ended = run("keys", "rotate")

    active = SigningKey.objects.get(state="active")
    assert active != key
    assert ended == (0, f"Key {active.kid} signs now.\n", "")


def test_revoke_says_how_long_apis_may_trust_the_key(run: Run, key: SigningKey) -> None:
    """KEY-5."""
    ended = run("keys", "revoke", key.kid)

    active = SigningKey.objects.get(state="active")
    assert ended == (
        0,
        f"Revoked: {key.kid}.\nKey {active.kid} signs now.\n"
        "APIs that verify tokens themselves may trust a revoked key for up to 900 more seconds, "
        "until they fetch the public keys again.\n",
        "",
    )
    assert not is_trusted(key.kid)


def test_revoke_of_an_unknown_key_is_refused(run: Run, key: SigningKey) -> None:
    assert run("keys", "revoke", "x") == (1, "", "There is no signing key x.\n")
    assert SigningKey.objects.get().state == "active"


@pytest.mark.parametrize("words", [[], ["revoke"], ["remove"], ["rotate", "x"]])
def test_an_unknown_command_prints_the_usage(run: Run, key: SigningKey, words: Any) -> None:
    ended = run("keys", *words)

    assert (ended.status, ended.out) == (2, "")
    assert "usage: manage.py keys" in ended.error


@pytest.mark.both_databases
def test_reencrypt_counts_what_needs_the_former_key(
    run: Run, key: SigningKey, machine: Machine, settings: Any
) -> None:
    NoticeChannel.objects.create(
        tenant=machine.client.tenant,
        channel="webhook",
        settings={"url": "https://hooks.example.com"},
        salt=b"s" * 16,
        key_id=derived_keys.current_key(derived_keys.WEBHOOKS).id,
        set_at=NOW,
        set_by="mara",
    )
    give_app(make_person("ann", machine.client.tenant))
    [lost, gone] = insert_secrets(machine.client, 2, expires_at=None)
    ClientSecret.objects.filter(pk__in=[lost.pk, gone.pk]).update(tag_key_id="0" * 8)
    ClientSecret.objects.filter(pk=gone.pk).update(removed_at=NOW)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], FORMER
    events = AuditEvent.objects.count()

    rehearsed = run("keys", "reencrypt", "--dry-run")
    [numbers] = map(json.loads, run("keys", "reencrypt", "--dry-run", "--json").out.splitlines())
    assert AuditEvent.objects.count() == events
    ended = run("keys", "reencrypt")

    said = "Nothing was changed. The command would do this:\n"
    assert rehearsed == (0, f"{said}{ended.out}", "")
    assert (numbers["SigningKeys"], numbers["SecondFactors"]) == (1, 2)
    assert ended.out.splitlines() == [
        "Signing keys re-encrypted: 1.",
        "Second factors re-encrypted: 2.",
        "Client secrets under a former key: 1; each is renewed when it is next used.",
        "Client secrets under a lost key: 1; "
        "the next use of each takes a run of Argon2id, which renews it.",
        "Webhooks under a former key: 1; "
        "give each a new secret before you remove the former SECRET_KEY.",
        f"Audit events under a former key: {events}; "
        "they do not change, keep the former SECRET_KEY to verify them.",
    ]
    assert run("keys", "reencrypt").out.startswith("Signing keys re-encrypted: 0.")
    assert audit.first_fault(machine.client.tenant_id) is None


def test_reencrypt_without_the_former_key_is_refused(
    run: Run, key: SigningKey, settings: Any
) -> None:
    settings.SECRET_KEY = FORMER

    ended = run("keys", "reencrypt")

    assert (ended.status, ended.out) == (1, "")
    assert ended.error.startswith("This node has another SECRET_KEY than the others: copy it")
    assert ended.error.count("\n") == 1


@pytest.mark.sweep
def test_command_works_in_a_new_process(run_in_new_process: Run) -> None:
    assert run_in_new_process("tenants", "add", "Herons Ltd").status == 0
    key = ensure_active_key(now=NOW)

    revoked = run_in_new_process("keys", "revoke", key.kid, "--secret-key-is-lost")
    listed = run_in_new_process("keys", "list")

    assert revoked.status == 0, revoked.error
    assert re.fullmatch(rf"active   RS256 2048 {KID}  signs since .+ UTC\n", listed.out)
    assert key.kid not in listed.out
    assert run_in_new_process("activity", "verify").status == 0


@pytest.mark.both_databases
def test_kid_that_begins_with_a_hyphen_is_no_option(run: Run, db: None) -> None:
    kid = "-kdVbBvkjVPNnhoAH2sCgGrGYJCAiPPuE3xQtLHVbjA"
    assert f"There is no signing key {kid}" in run("keys", "show", kid).error
    assert "unrecognized arguments: --made-up" in run("keys", "show", "x", "--made-up").error
