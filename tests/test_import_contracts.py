"""The import contracts hold, and each of them fails when it is broken."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database

ROOT = Path(__file__).parents[1]
DOORS = ("web", "oauth", "api", "ops", "admin", "management")
BROKEN = {
    "clients_app/services/roles.py": ("clients_app.web.htmx", "Rooms import downward only"),
    "clients_app/web/access.py": ("clients_app.oauth.params", "Rooms import downward only"),
    "clients_app/api/paths.py": ("clients_app.web.htmx", "Rooms import downward only"),
    "clients_app/models/tenant.py": ("clients_app.permissions", "Rooms import downward only"),
    "clients_app/audit/chain.py": ("clients_app.selectors", "Rooms import downward only"),
    "clients_app/rules/names.py": ("django.utils.text", "Rules are plain Python"),
    "clients_app/conf.py": ("portal.settings", "The app never imports the project package"),
    "clients_app/web/views/sign_in.py": ("allauth.account.forms", "Only identity imports allauth"),
    "clients_app/web/theme.py": ("rest_framework.views", "Only the API speaks DRF"),
    "clients_app/attic/__init__.py": ("json", "Rooms import downward only"),  # outside the layers
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code that a test may break."""
    for package in ("clients_app", "portal"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_import_contracts_are_kept(copy: Path):
    ran = lint_imports(copy)
    assert ran.returncode == 0, ran.stdout


def test_each_broken_import_contract_fails(copy: Path):
    """In one run, as the report names each import under the contract that it breaks."""
    for module, (wrong, _contract) in BROKEN.items():
        (copy / module).parent.mkdir(exist_ok=True)
        with (copy / module).open("a") as file:
            file.write(f"\nimport {wrong}\n")

    ran = lint_imports(copy)

    assert ran.returncode == 1
    report = ran.stdout.partition("Broken contracts\n")[2]
    sections = dict(re.findall(r"^([A-Z].+)\n-+\n((?:(?!.+\n--).*\n)*)", report, re.MULTILINE))
    for module, (wrong, contract) in BROKEN.items():
        name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        package = wrong.partition(".")[0]
        named = rf"- +{name}( -> ({wrong}|{package}) |$)"
        assert re.search(named, sections[contract], re.MULTILINE), (name, sections[contract])


def test_allauth_internal_is_imported_by_one_module() -> None:
    internal = re.compile(r"^(from|import) allauth[.\w]*[.]internal", re.MULTILINE)
    modules = [*(ROOT / "clients_app").rglob("*.py"), *(ROOT / "portal").rglob("*.py")]
    found = [module.name for module in modules if internal.search(module.read_text())]
    assert found == ["allauth_internals.py"]


def test_doors_read_through_selectors() -> None:
    own = re.compile(r"(?<!LogEntry)\.objects\b")  # Django's admin has its own table
    rooms = [ROOT / "clients_app" / door for door in DOORS]
    modules = [module for room in rooms for module in room.rglob("*.py")]

    assert len(modules) > 100
    assert [str(module) for module in modules if own.search(module.read_text())] == []
