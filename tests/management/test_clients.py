"""`manage.py clients add`: what it prints and what it saves."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django.fixtures import Settings

from clients_app.models import AuditEvent, Client, ClientSecret, Tenant
from clients_app.services.secrets.digests import digest_fits
from tests.factories import make_role, make_tenant
from tests.management.conftest import Run

pytestmark = pytest.mark.one_database  # its statements run on both elsewhere

SECRET = re.compile(r"pcs_[0-9A-Za-z]{49}")


def test_add_prints_id_and_secret_once(
    run: Run,
    tenant: Tenant,
    dump_of_every_table: Callable[[], str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = run("clients", "add", "Pump")

    client, secret = Client.objects.get(), ClientSecret.objects.get()
    plain = SECRET.findall(ended.out)
    assert (ended.status, ended.error, len(plain)) == (0, "", 1)
    assert ended.out.splitlines() == [
        f"Client Id:      {client.pk}",
        f"Client Secret:  {plain[0]}",
        f"Expires:        {secret.expires_at:%Y-%m-%d %H:%M:%S} UTC",
        "Token endpoint: http://localhost:8000/identity/connect/token",
        "Save the Client Secret now: it cannot be shown again.",
    ]
    assert digest_fits(plain[0], secret.digest)
    assert plain[0] not in dump_of_every_table()
    assert plain[0] not in caplog.text


def test_add_without_options_uses_the_defaults(run: Run, tenant: Tenant) -> None:
    before = datetime.now(UTC)
    run("clients", "add", "Pump")

    client, secret = Client.objects.get(), ClientSecret.objects.get()
    assert (client.client_type, client.token_lifetime_s) == ("client-credentials", 3600)
    assert [role.name for role in client.roles.all()] == ["Tenant Member"]
    assert secret.expires_at is not None
    assert timedelta(days=364) < secret.expires_at - before < timedelta(days=367)
    assert {event.actor_kind for event in AuditEvent.objects.all()} == {"command line", "system"}


def test_add_with_json_prints_one_object(run: Run, tenant: Tenant) -> None:
    ended = run("clients", "add", "Pump", "--json")

    assert ended.out.count("\n") == 1
    printed = json.loads(ended.out)
    assert list(printed) == [
        *("client_id", "client_secret", "token_endpoint", "expires_at", "secret_id"),
    ]
    assert printed["client_id"] == str(Client.objects.get().pk)
    assert SECRET.fullmatch(printed["client_secret"])
    assert printed["token_endpoint"] == "http://localhost:8000/identity/connect/token"


def test_all_options_are_saved(run: Run, tenant: Tenant, settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    make_role("MyData.Role", tenant)
    year = datetime.now(UTC).year + 2

    ended = run(
        *("clients", "add", "Pump", "--role", "mydata.ROLE", "--role", "Tenant Viewer"),
        *("--token-lifetime", "60", "--expires", f"{year}-07-01 12:00"),
    )

    assert ended.status == 0
    client = Client.objects.get()
    names = {role.name for role in client.roles.all()}
    assert names == {"MyData.Role", "Tenant Viewer", "Tenant Member"}
    assert client.token_lifetime_s == 60
    assert ClientSecret.objects.get().expires_at == datetime(year, 7, 1, 10, 0, tzinfo=UTC)


def test_add_with_a_date_alone_expires_at_the_end_of_that_day(
    run: Run, tenant: Tenant, settings: Settings
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    year = datetime.now(UTC).year + 1
    ended = run("clients", "add", "Pump", "--expires", f"{year}-03-01")

    expires_at = ClientSecret.objects.get().expires_at
    assert expires_at == datetime(year, 3, 1, 22, 59, 59, tzinfo=UTC)
    assert f"Expires:        {year}-03-01 23:59:59 Europe/Berlin\n" in ended.out


def test_add_with_never_expires_has_no_expiry(run: Run, tenant: Tenant) -> None:
    ended = run("clients", "add", "Pump", "--never-expires")

    assert "Expires:        never\n" in ended.out
    assert ClientSecret.objects.get().expires_at is None


def test_command_works_in_a_new_process(
    run_in_new_process: Run, dump_of_every_table: Callable[[], str]
) -> None:
    assert run_in_new_process("tenants", "add", "Herons Ltd").status == 0
    assert run_in_new_process("roles", "add", "MyData.Role").status == 0

    ended = run_in_new_process("clients", "add", "Pump", "--role", "MyData.Role", "--json")

    assert (ended.status, ended.error) == (0, "")
    printed = json.loads(ended.out)
    assert Client.objects.get().roles.count() == 2
    assert printed["client_secret"] not in dump_of_every_table()
    again = run_in_new_process("clients", "add", "Pump")
    assert again == (1, "", "There is a client named Pump already. Enter another name.\n")
    verified = run_in_new_process("activity", "verify")
    assert (verified.status, verified.out) == (0, "Herons Ltd: whole\n")


@pytest.mark.both_databases
def test_add_can_allow_introspection(run: Run, tenant: Tenant) -> None:
    run("clients", "add", "Pump")
    run("clients", "add", "Billing API", "--may-introspect")

    assert dict(Client.objects.values_list("name", "may_introspect")) == {
        "Pump": False,
        "Billing API": True,
    }


def test_descriptions_of_client_and_secret_are_saved(run: Run, tenant: Tenant) -> None:
    words = ("--description", "Reads", "--contact", "Ann", "--secret-description", "first")
    assert run("clients", "add", "Pump", *words).status == 0

    client = Client.objects.get()
    assert (client.description, client.contact) == ("Reads", "Ann")
    assert client.secrets.get().description == "first"


def test_output_of_a_command_holds_no_audit_events(
    run_in_new_process: Run, transactional_db: None
) -> None:
    """The server writes them to its own output."""
    make_tenant()

    ended = run_in_new_process("clients", "add", "Pump", "--json", AUDIT_STREAM="stdout")

    assert json.loads(ended.out)["client_id"]


def test_add_of_an_application_saves_its_fields_and_prints_no_secret(
    run: Run, tenant: Tenant
) -> None:
    ended = run(
        *("clients", "add", "Rooms", "--type", "authorization-code", "--allow-refresh-token"),
        *("--redirect-uri", "https://a.example/1", "--redirect-uri", "https://a.example/2"),
        *("--logout-uri", "https://a.example", "--cors-origin", "https://a.example"),
        *("--client-uri", "https://a.example/about", "--logo-uri", "https://a.example/logo.png"),
        *("--first-party", "--json"),
    )

    client = Client.objects.get()
    assert json.loads(ended.out) == {
        "client_id": str(client.pk),
        "token_endpoint": "http://localhost:8000/identity/connect/token",
    }
    shown = json.loads(run("clients", "show", str(client.pk), "--json").out)
    assert (
        shown.items()
        >= {
            "RedirectUris": ["https://a.example/1", "https://a.example/2"],
            "PostLogoutRedirectUris": ["https://a.example"],
            "AllowedCorsOrigins": ["https://a.example"],
            "ClientUri": "https://a.example/about",
            "LogoUri": "https://a.example/logo.png",
            "AllowOfflineAccess": True,
            "FirstParty": True,
            "Secrets": [],
        }.items()
    )
    assert "https://a.example/logo.png" in run("clients", "show", str(client.pk)).out


def test_add_of_a_machine_with_a_redirect_url_is_refused(run: Run, tenant: Tenant) -> None:
    ended = run("clients", "add", "Pump", "--redirect-uri", "https://a.example")

    assert ended.status == 1
    assert "--redirect-uri" in ended.error
    assert not Client.objects.exists()
