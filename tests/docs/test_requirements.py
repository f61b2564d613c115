"""docs/requirements.md has every cited id, and nothing cites a paper outside the repository."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_database
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "requirements.md").read_text()
DEFINED = re.findall(r"^(?:- \*\*|\| )([A-Z]+-A?[0-9]+)(?:\*\*| \|)", PAGE, re.MULTILINE)
SECTIONS = re.findall(r"^## ([A-Z]+) ", PAGE, re.MULTILINE)

PLACES = ("clients_app", "deploy", "docs", "portal", "static", "templates", "tests")
FILES = ("CHANGELOG.md", "Makefile", "README.md", "manage.py", "pyproject.toml")
SUFFIXES = {".css", ".html", ".js", ".md", ".mjs", ".py", ".sh", ".toml", ".yaml"}

ID = rf"(?:{'|'.join(SECTIONS)})-A?[0-9]+"
#: Names of papers that are not in the repository, as citations wrote them.
ELSEWHERE = re.compile(
    r"security\s+bars?\b|\bbars?\s+[0-9]+(?![0-9]*(?:px|rem|em|%))|product(?:'s)?\s+rules?\b"
    r"|the\s+product's\s+\"|\barchitecture,\s+(?:\"|section)|Table\s+A,?\s+(?:of|row)|\bissues?\s+[0-9]",
    re.IGNORECASE,
)


def texts() -> Iterator[tuple[str, str]]:
    """Yield path and text of each file that may cite a requirement, except this one."""
    found = [path for place in PLACES for path in sorted((ROOT / place).rglob("*"))]
    for path in (*found, *(ROOT / name for name in FILES)):
        is_text = path.suffix in SUFFIXES or path.name == "Makefile"
        is_ours = path != Path(__file__) and "node_modules" not in path.parts
        if is_text and is_ours and path.is_file():
            yield str(path.relative_to(ROOT)), path.read_text()


def place(id_: str) -> tuple[str, int]:
    """Return the series of ``id_``, such as TOK-A, and its number there."""
    series = id_.rstrip("0123456789")
    return series, int(id_.removeprefix(series))


def test_requirement_ids_count_up_from_one_in_each_series():
    assert len(DEFINED) > 150
    numbers: dict[str, list[int]] = {}
    for id_ in DEFINED:
        series, number = place(id_)
        numbers.setdefault(series, []).append(number)
    for series, counted in numbers.items():
        assert counted == list(range(1, len(counted) + 1)), series


def test_requirement_ids_are_in_the_section_they_name():
    for part in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        ids = re.findall(r"^(?:- \*\*|\| )([A-Z]+)-A?[0-9]", part, re.MULTILINE)
        assert set(ids) == {part.split()[0]}


def test_requirements_index_links_every_section():
    assert re.findall(r"^\| \[([A-Z]+)\]\(#", PAGE, re.MULTILINE) == SECTIONS
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = [re.sub(r"[^a-z0-9 -]", "", text.lower()).replace(" ", "-") for text in headings]
    assert re.findall(r"\]\(#([^)]+)\)", PAGE) == anchors


def test_citation_ids_are_defined():
    unknown = [
        f"{path}: {id_}"
        for path, text in texts()
        for id_ in re.findall(rf"\b{ID}\b", text)
        if id_ not in DEFINED
    ]
    assert unknown == []


def test_citation_ranges_stay_in_one_series_and_ascend():
    wrong = [
        f"{path}: {first} to {last}"
        for path, text in texts()
        for first, last in re.findall(rf"\b({ID})\s+to\s+({ID})\b", text)
        if place(first)[0] != place(last)[0] or place(first) >= place(last)
    ]
    assert wrong == []


def test_citation_of_a_paper_outside_the_repository_is_absent():
    cited = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path, text in texts()
        for match in ELSEWHERE.finditer(text)
    ]
    assert cited == []
