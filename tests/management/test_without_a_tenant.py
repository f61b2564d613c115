"""Commands in an installation without a tenant: no other test of this module makes one."""

from pathlib import Path

from pytest_django.fixtures import Settings

from tests.management.conftest import Run


def test_verify_without_a_tenant_exits_with_0(run: Run, settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path  # without files of other tests

    assert run("activity", "verify") == (0, "", "")


def test_add_without_a_tenant_is_refused(run: Run) -> None:
    ended = run("clients", "add", "Pump")

    assert ended == (1, "", "There is no tenant yet. Run `manage.py tenants add NAME`.\n")
