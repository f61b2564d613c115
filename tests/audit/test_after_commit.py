"""What fails after the commit takes nothing back: the change holds, and the door says so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from pytest_django.fixtures import Settings

from clients_app import audit
from clients_app.audit import stream
from clients_app.models import AuditEvent, Client
from clients_app.services.signing_keys.rotation import ensure_active_key, rotate_keys
from tests.actors import command_line_in
from tests.conftest import Machine, browser_of
from tests.factories import make_person, make_tenant
from tests.moments import NOW
from tests.portal_process import PASSWORD
from tests.responses import HTMX

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["file of heads", "collector", "both"])
def failing(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """What cannot be written after a commit; it holds for root as well."""
    settings.DATA_DIR = tmp_path
    if request.param != "collector":
        (tmp_path / "audit-heads").write_text("a file where a folder is expected")
    if request.param != "file of heads":
        settings.AUDIT_STREAM = str(tmp_path)  # a folder
    yield str(request.param)
    settings.AUDIT_STREAM = str(tmp_path / "events.jsonl")
    stream.resend()


def expect_said(failing: str, log: pytest.LogCaptureFixture) -> None:
    if failing != "collector":
        assert "audit-heads" in log.text
    if failing != "file of heads":
        assert "AUDIT_STREAM cannot be written" in log.text


def test_change_in_the_portal_holds(
    machine: Machine, administrator_browser: Browser, failing: str, caplog: Any
) -> None:
    address = f"/security/clients/{machine.client.pk}/disable"

    assert administrator_browser.post(address, headers=HTMX).status_code == 204
    assert not Client.objects.get().is_enabled
    assert AuditEvent.objects.filter(action="client.disabled").count() == 1
    assert audit.first_fault(machine.client.tenant_id) is None
    expect_said(failing, caplog)


def test_change_on_the_admin_site_holds(machine: Machine, failing: str, caplog: Any) -> None:
    ola = make_person("ola", make_tenant("Operators"), password=PASSWORD, is_staff=True)
    address = f"/admin/clients_app/client/{machine.client.pk}/disable/"

    assert browser_of(ola).post(address).status_code in (302, 303)
    assert not Client.objects.get().is_enabled
    expect_said(failing, caplog)


def test_change_by_a_command_holds(
    machine: Machine, failing: str, caplog: Any, capsys: Any
) -> None:
    call_command("clients", "end-tokens", str(machine.client.pk))

    assert "All tokens of Wind park reader are revoked" in capsys.readouterr().out
    assert Client.objects.get().tokens_not_before is not None
    expect_said(failing, caplog)


def test_new_signing_key_holds_and_caches_are_cleared(
    machine: Machine, failing: str, caplog: Any, client: Browser
) -> None:
    jwks = "/identity/.well-known/openid-configuration/jwks"
    ensure_active_key(now=NOW)
    before = {key["kid"] for key in client.get(jwks).json()["keys"]}

    rotate_keys(actor=command_line_in(machine.client.tenant), now=NOW)

    assert {key["kid"] for key in client.get(jwks).json()["keys"]} > before
    expect_said(failing, caplog)
