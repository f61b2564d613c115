"""Pages name files and commands that exist, and each room has a row."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from django.core.management import get_commands

pytestmark = pytest.mark.one_database  # texts only

ROOT: Final = Path(__file__).parents[2]
PAGES: Final = ("README.md", "docs/architecture.md", "docs/contribute.md")
DOCS: Final = sorted(f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md"))
NOT_OURS: Final = {"var/", "verify.py", "golang.org/x/oauth2", "_name.html"}
LISTED: Final = subprocess.run(
    ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
)
FILES: Final = [Path(name) for name in LISTED.stdout.split()]
#: each file and each folder, with a slash before it and none after it
PLACES: Final = {f"/{place}" for file in FILES for place in (file, *file.parents)}


def named_paths(page: str) -> Iterator[str]:
    """Yield each path in backquotes, relative to any folder, without placeholders."""
    for text in re.findall(r"`([\w./-]+)`", (ROOT / page).read_text()):
        is_path = "/" in text.strip("/") or text.endswith("/")
        if (is_path and text[0] != "/") or text.endswith((".py", ".html", ".js", ".md", ".sh")):
            yield text


@pytest.mark.parametrize("page", PAGES)
def test_files_that_a_page_names_exist(page: str) -> None:
    named = set(named_paths(page)) - NOT_OURS

    missing = {text for text in named if not _is_there(text.rstrip("/"))}
    assert len(named) > 20
    assert missing == set()


@pytest.mark.parametrize("page", PAGES[1:])
def test_functions_that_a_page_names_are_in_their_files(page: str) -> None:
    rows = re.findall(r"`(\w+)` (?:of|in) `([\w/.-]+\.py)`", (ROOT / page).read_text())

    assert rows
    for name, path in rows:
        [file] = (one for one in (ROOT / path, ROOT / "clients_app" / path) if one.is_file())
        assert re.search(rf"\b{name}\b", file.read_text()), (name, path)


def _is_there(text: str) -> bool:
    """Return whether a file or folder is named so; a module may have a name of it after a dot."""
    texts = {text, f"{text}.py", f"{text}.html", f"{text.rpartition('.')[0]}.py"}
    return any(place.endswith(f"/{one}") for one in texts for place in PLACES)


@pytest.mark.parametrize("page", ["README.md", *DOCS])
def test_commands_that_a_page_names_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    commands = {name.replace("-", "_") for name in re.findall(r"manage\.py ([a-z][a-z_-]*)", text)}

    assert commands - {*get_commands(), "help"} == set()
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", text, re.M)) - set(targets) == set()


@pytest.mark.parametrize(
    ("folder", "page"), [("clients_app", "README.md"), ("tests", "docs/contribute.md")]
)
def test_each_folder_has_a_row(folder: str, page: str) -> None:
    rows = "\n".join(re.findall(r"^\| `.*", (ROOT / page).read_text(), re.M))
    rooms = {file.parts[1] for file in FILES if file.parts[0] == folder and len(file.parts) > 2}

    assert [room for room in sorted(rooms - {"migrations"}) if f"{room}/`" not in rows] == []


def test_each_module_of_the_app_is_in_a_room() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    rows = text.partition("## The rooms")[2].partition("## Walkthroughs")[0]
    modules = {file.stem for file in FILES if file.parent == Path("clients_app")}

    assert [one for one in sorted(modules - {"__init__", "apps"}) if f"`{one}`" not in rows] == []
