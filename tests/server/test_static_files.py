"""Static files while nodes are upgraded one after the other."""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest
import requests
from django.contrib.staticfiles import finders
from django.test import Client as Browser
from pytest_django.fixtures import Settings

from portal.server.static_files import KEPT_S, collect_changed_static_files
from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database


@pytest.fixture
def version(tmp_path: Path, settings: Settings):
    """A function that collects the static files with this text in one of them; its hashed name."""
    settings.DATA_DIR, more = tmp_path / "var", tmp_path / "more"
    settings.DATA_DIR.mkdir()
    more.mkdir()
    settings.STATICFILES_DIRS = [*settings.STATICFILES_DIRS, more]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    finders.get_finder.cache_clear()

    def collect(text: str) -> Path:
        (more / "note.txt").write_text(text)
        before = set(files())
        assert collect_changed_static_files()
        (new,) = (
            file for file in set(files()) - before if re.search(r"note\.\w{12}\.txt$", file.name)
        )
        return new

    def files() -> list[Path]:
        return list((settings.DATA_DIR / "static").rglob("*"))

    yield collect
    finders.get_finder.cache_clear()


@pytest.mark.sweep
def test_static_files_of_the_former_version_stay_for_a_day(version) -> None:
    first = version("one")
    assert not collect_changed_static_files()
    os.utime(first, (0, 0))  # it was collected long ago, and is in use until now
    second = version("version two")

    assert first.read_text() == "one"
    third = version("the third version")
    assert (first.exists(), second.exists()) == (True, True)

    a_day_ago = time.time() - KEPT_S - 1
    os.utime(first, (a_day_ago, a_day_ago))
    fourth = version("the fourth version, of the day after")
    assert not first.exists()
    assert all(file.exists() for file in (second, third, fourth))
    left = {file.name for file in fourth.parents[1].iterdir()}
    assert left == {"static", "static.fingerprint"}


@pytest.mark.sweep
def test_static_file_of_another_version_is_the_present_one(running: PortalProcess) -> None:
    page = requests.get(f"{running.url}/sign-in", timeout=60).text
    style = re.search(r"/static/clients_app/css/portal\.\w{12}\.css", page)[0]
    present = requests.get(f"{running.url}{style}", timeout=60)
    newer = re.sub(r"\w{12}\.css", "0123456789ab.css", style)

    reply = requests.get(f"{running.url}{newer}", timeout=60)

    assert (reply.status_code, reply.content) == (200, present.content)
    assert reply.headers["Content-Type"].startswith("text/css")
    assert "no-store" in reply.headers["Cache-Control"]
    assert "immutable" in present.headers["Cache-Control"]


@pytest.mark.parametrize(
    "name",
    [
        "clients_app/nothing.0123456789ab.css",
        "clients_app/css/portal.css.0123456789ab",
        "../secret_key.0123456789ab.css",
        "staticfiles.0123456789ab.json",
    ],
)
def test_static_file_that_no_version_has_is_not_found(name: str, db: None) -> None:
    assert Browser().get(f"/static/{name}").status_code == 404
    assert Browser().post(f"/static/{name}").status_code == 405


def test_files_of_the_first_page_are_small(running: PortalProcess) -> None:
    """The script has no comments and can be read; icons come by Brotli as styles do."""
    page = requests.get(f"{running.url}/sign-in", timeout=30).text
    names = {
        name: re.search(rf"/static/clients_app/{name}[^\"#]*", page)
        for name in ("js/portal", "css/portal", "icons")
    }

    for name, found in names.items():
        assert found, name
        reply = requests.get(running.url + found[0], headers={"Accept-Encoding": "br"}, timeout=30)
        assert reply.headers["Content-Encoding"] == "br", name
        if name == "js/portal":
            assert " // " not in reply.text
            subprocess.run(
                ["node", "--check", "--input-type=module"], input=reply.text, text=True, check=True
            )
