"""The first administrator: a password from the environment, or a one-time link."""

import re
import subprocess
from pathlib import Path

import pytest
import requests

from tests.portal_process import COMMAND_LIMIT_S, PASSWORD, PortalProcess
from tests.server.started_portals import row_counts, serving
from tests.waiting import wait_until


@pytest.fixture
def without_password(with_tables: PortalProcess) -> PortalProcess:
    """A portal with tables whose operator has set no password."""
    with_tables.environment["PORTAL_ADMIN_PASSWORD_FILE"] = ""
    return with_tables


def link_in(portal: PortalProcess) -> str:
    """Return the one-time link that the server prints last, after its address."""
    said = "Choose the password of mara here; the link is valid once, for an hour:"
    ready = f"The portal is at {portal.url}/ (Ctrl C stops it).\n{said}\n  "
    wait_until(lambda: re.search(rf"{re.escape(ready)}http://\S+\n", portal.log()))
    assert portal.log().count(said) == portal.log().count(ready)
    return portal.log().rpartition(ready)[2].partition("\n")[0]


@pytest.mark.one_database
def test_initial_password_is_removed_from_the_environment(without_password: PortalProcess) -> None:
    portal = without_password
    portal.environment["PORTAL_ADMIN_PASSWORD"] = PASSWORD
    portal.start()

    for pid in (portal.server.pid, *portal.workers()):
        shown = subprocess.run(
            ["ps", "eww", "-o", "command=", "-p", str(pid)], capture_output=True, check=True
        ).stdout
        assert b"PORTAL_ADMIN_USERNAME" in shown
        assert PASSWORD.encode() not in shown
    assert PASSWORD not in portal.log()


@pytest.mark.one_database
def test_start_that_cannot_print_the_link_is_refused(without_password: PortalProcess) -> None:
    with Path("/dev/full").open("wb") as full:
        refused = serving(without_password, stdout=full)
        try:
            _, said = refused.communicate(timeout=COMMAND_LIMIT_S)
        finally:
            refused.kill()

    assert (refused.returncode, said) == (
        1,
        "Standard output cannot be written (No space left on device), so nothing was changed.\n",
    )
    assert row_counts(without_password) == [0, 0, 0]


@pytest.mark.one_database
def test_start_without_a_password_prints_a_new_link_each_time_until_one_is_used(
    without_password: PortalProcess,
) -> None:
    portal = without_password
    portal.start()
    first = link_in(portal)
    assert first.startswith(f"{portal.url}/")
    assert portal.query("SELECT password FROM clients_app_person")[0][0].startswith("!")
    portal.stop()
    portal.start()

    wait_until(lambda: portal.log().count("The portal is at") == 2)
    assert portal.log().count(first) in {1, 2}  # the same within one second
    assert row_counts(portal) == [1, 1, 1]
    secret = first.rpartition("-")[2]
    assert secret not in portal.dump_of_every_table()
    expect_to_work_once(portal, link_in(portal))
    said = portal.log()
    portal.stop()
    portal.start()

    assert "choose-password" not in portal.log()[len(said) :]


def expect_to_work_once(portal: PortalProcess, link: str) -> None:
    """Choose the password with the link; it does not work again."""
    with requests.Session() as browser:
        page = browser.get(link)
        browser.headers["Referer"] = page.url
        token = browser.cookies["csrftoken"]
        answers = {"csrfmiddlewaretoken": token, "password1": PASSWORD, "password2": PASSWORD}
        assert "Password saved." in browser.post(page.url, data=answers).text
    with requests.Session() as another:
        assert "no longer works" in another.get(link).text
