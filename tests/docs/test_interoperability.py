"""docs/interoperability.md and docs/examples name the versions that the tests use."""

import json
import re
import tomllib
from importlib.metadata import version

import pytest

from clients_app.rules.client_types import AUTHORIZATION_CODE, HYBRID, ClientType
from clients_app.web.example_applications import example_for
from tests.portal_process import CHECKOUT
from tests.third_party import npm_packages

pytestmark = pytest.mark.one_database
PAGE = (CHECKOUT / "docs" / "interoperability.md").read_text()
EXAMPLES = CHECKOUT / "docs" / "examples"
PROGRAMS = [one for one in sorted(EXAMPLES.rglob("*.py")) if "# /// script" in one.read_text()]


def npm_versions() -> dict[str, str]:
    packages = json.loads((npm_packages.HERE / "package-lock.json").read_text())["packages"]
    names = {
        name.removeprefix("node_modules/"): one["version"] for name, one in packages.items() if name
    }
    return names | {
        "openid-client 6": names["openid-client"],
        "openid-client 5": names["openid-client-5"],
    }


def test_table_names_the_installed_versions():
    rows = re.findall(r"^\| ([^|]+) \| ([0-9.]+) \|", PAGE, re.MULTILINE)
    of_npm = npm_versions()

    assert len(rows) == 11
    for name, listed in rows:
        assert listed == (of_npm[name] if name in of_npm else version(name)), name


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_program_of_an_example_names_the_versions_that_the_tests_use(program):
    block = re.search(r"^# /// script\n((?:#.*\n)+?)# ///$", program.read_text(), re.MULTILINE)
    assert block
    wanted = tomllib.loads(re.sub(r"^# ?", "", block[1], flags=re.MULTILINE))["dependencies"]

    for requirement in wanted:
        name, _, pinned = requirement.partition("==")
        assert pinned == version(name.partition("[")[0]), requirement


@pytest.mark.parametrize("client_type", [AUTHORIZATION_CODE, HYBRID], ids=str)
def test_readme_of_an_application_names_the_urls_that_get_started_shows(client_type: ClientType):
    example = example_for(client_type)
    readme = (CHECKOUT / "docs" / example.folder / "README.md").read_text()

    for kind, url in example.urls(client_type):
        assert f"| {kind.label} | `{url}` |" in readme


def test_single_page_application_has_the_version_that_the_tests_use():
    packages = json.loads((EXAMPLES / "single_page_app" / "package-lock.json").read_text())

    used = packages["packages"]["node_modules/oidc-client-ts"]["version"]

    assert used == npm_versions()["oidc-client-ts"]
