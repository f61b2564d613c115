"""docs/authorization.md matches the permission table row by row (DEP-7)."""

from pathlib import Path
from typing import Final

from clients_app.permissions import Action
from clients_app.rules.permissions import PERMISSIONS
from tests.permissions.test_permissions import COLUMNS as ACTORS
from tests.permissions.test_permissions import ROWS

PAGE: Final = Path(__file__).parents[2] / "docs" / "authorization.md"
WORDS: Final = {"yes": "yes", "own": "yes*", "-": ""}
#: the columns of the page by those of the table, which must agree where several share one
COLUMNS: Final = (
    ("administrator", "robot"),
    ("auditor",),
    ("rotator",),
    ("owner",),
    ("viewer", "machine"),
    ("staff", "shell"),
)


def line(action: str, cells: dict[str, str]) -> str:
    """Return the row of the page for an action."""
    shown = []
    for names in COLUMNS:
        shared = names[:1] if action.startswith("own.") else names  # people only
        [cell] = {cells[name] for name in shared}
        shown.append(WORDS[cell])
    shown.append("yes" if PERMISSIONS[Action(action)].proof else "")
    return f"| `{action}` | " + " | ".join(shown) + " |"


def test_authorization_page_has_each_row_of_the_table() -> None:
    rows = [line(action, dict(zip(ACTORS[1:], cells, strict=True))) for action, *cells in ROWS]
    page = [row.rstrip() for row in PAGE.read_text().splitlines() if row.startswith("| `")]

    assert page == [row.rstrip() for row in rows]
    assert len(page) == len(Action)
