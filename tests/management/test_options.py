"""Each subcommand has the options that its kind has, and docs/operations.md names them."""

import re
from pathlib import Path

import pytest

from tests.management.subcommands import OPTIONS, WITH_DRY_RUN

pytestmark = pytest.mark.one_database  # texts only

READS = {"list", "show", "sessions", "verify", "test", "near-misses"}
FILES = {"activity export", "activity seal"}  # DEP-18
PAGE = Path("docs/operations.md").read_text()
VERBS = {
    "clients": {"list", "show", "add", "edit", "disable", "enable", "remove", "restore"},
    "secrets": {"list", "show", "add", "edit", "remove"},
    "public_keys": {"list", "show", "add", "edit", "rotate", "rules", "remove"},
    "identities": {"list", "show", "add", "edit", "remove", "test"},
    "roles": {"list", "show", "add", "edit", "remove"},
    "apis": {"list", "show", "add", "edit", "remove"},
    "people": {"list", "show", "add", "edit", "activate", "deactivate"},
    "tenants": {"list", "show", "add", "edit"},
    "keys": {"list", "show", "rotate", "revoke"},
    "activity": {"list", "show", "export"},
}
BY_TENANT = ("clients", "secrets", "public_keys", "identities", "roles", "apis")


def test_each_subject_has_its_verbs() -> None:
    for subject, verbs in VERBS.items():
        own = {name.split()[1] for name in OPTIONS if name.startswith(f"{subject} ")}
        assert verbs <= own


def test_each_subcommand_has_json_and_each_that_writes_has_dry_run() -> None:
    writes = {name for name in OPTIONS if name.split()[1] not in READS}

    assert writes - FILES == WITH_DRY_RUN
    without = {name for name, options in OPTIONS.items() if "--json" not in options}
    assert without == {"activity export"}


def test_what_belongs_to_a_tenant_takes_a_tenant() -> None:
    own = [name for name in OPTIONS if name.split()[0] in BY_TENANT]
    assert [name for name in own if "--tenant" not in OPTIONS[name]] == []


def test_page_names_each_subcommand_and_option() -> None:
    """Repetition such as `disable|enable` and `list | show ROLE` is read as the reader does."""
    lines = re.findall(r"^    manage\.py (.+(?:\n {8,}.+)*)", PAGE, re.MULTILINE)
    commands = "\n".join(lines)
    for name, options in OPTIONS.items():
        subject, verb = name.split()
        about = [line for line in lines if line.startswith(f"{subject} ")]
        assert any(re.search(rf"\b{verb}\b", line) for line in about), name
        for option in options - {"--json", "--dry-run", "--tenant"}:
            opposite = option.replace("--no-", "--", 1)
            assert option in commands or opposite in commands, (name, option)
