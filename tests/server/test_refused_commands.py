"""Commands that cannot or must not run here say so in one sentence."""

import pytest

from portal.version import VERSION
from tests.portal_process import PortalProcess
from tests.server.started_portals import KEY, refusal

pytestmark = pytest.mark.one_database

LEFT_OUT = ["changepassword", "createsuperuser", "flush", "loaddata"]


@pytest.mark.parametrize("words", [("roles", "add", "MyData.Role"), ("remove_stale_contenttypes",)])
def test_command_with_a_database_without_tables_is_refused(
    portal: PortalProcess, words: tuple[str, ...]
) -> None:
    portal.data_dir.mkdir()
    (portal.data_dir / "portal.sqlite3").touch()

    said = refusal(portal, *words, SECRET_KEY=KEY)

    assert said.startswith("The database does not match this version (")
    assert said.endswith("run `make run` or `manage.py migrate` first.")


@pytest.mark.parametrize("words", [("people", "roles", "mara"), ("migrate",), ("keys", "list")])
def test_command_without_an_installation_names_it_and_makes_none(
    portal: PortalProcess, words: tuple[str, ...]
) -> None:
    assert refusal(portal, *words) == (
        f"There is no {portal.data_dir}/portal.sqlite3 and no {portal.data_dir}/secret_key, and "
        "only `manage.py serve` makes a new installation. Run this command with the environment "
        "of the service: DATA_DIR, DATABASE_URL and SECRET_KEY."
    )
    assert f"There is no {portal.data_dir}/portal.sqlite3, and only" in refusal(
        portal, *words, SECRET_KEY=KEY
    )
    assert not portal.data_dir.exists()


@pytest.mark.parametrize("words", [("help",), ("check",), ("people", "--help"), ("--version",)])
def test_command_that_needs_no_installation_works_and_makes_none(
    portal: PortalProcess, words: tuple[str, ...]
) -> None:
    done = portal.manage(*words)

    assert (done.returncode, done.stderr) == (0, "")
    if words == ("--version",):
        assert done.stdout.startswith(f"{VERSION} (Django 5.")
    assert not portal.data_dir.exists()


@pytest.mark.parametrize("name", LEFT_OUT)
def test_command_that_bypasses_the_record_is_refused(portal: PortalProcess, name: str) -> None:
    assert refusal(portal, name).startswith(f"`{name}` would not be recorded in Activity;")


def test_help_about_a_command_that_bypasses_the_record_is_refused(portal: PortalProcess) -> None:
    said = f"`{LEFT_OUT[0]}` would not be recorded in Activity;"
    assert refusal(portal, "help", LEFT_OUT[0]).startswith(said)


def test_help_lists_no_command_that_bypasses_the_record(portal: PortalProcess) -> None:
    listed = portal.manage("help").stdout.split()
    assert "people" in listed
    assert not set(LEFT_OUT) & set(listed)
