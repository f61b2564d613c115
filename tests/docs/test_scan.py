"""docs/scan.md explains findings of wapiti, and nothing else is let through."""

from pathlib import Path
from typing import Any

import pytest

from tests.scan_pages import explanations, judge

pytestmark = pytest.mark.one_database

PAGE = Path("docs/scan.md").read_text()
COOKIE = "Secure flag is not set in the cookie : "


def report(kind: str, info: str) -> dict[str, Any]:
    found = {"method": "GET", "path": "/security/clients", "parameter": "", "info": info}
    return {
        "infos": {"crawled_pages_nbr": 1},
        "vulnerabilities": {kind: [found]},
        "anomalies": {},
    }


def test_each_row_of_the_table_is_read() -> None:
    assert len(explanations(PAGE)) == 2


@pytest.mark.parametrize(
    ("kind", "info", "status"),
    [
        ("Secure Flag cookie", f"{COOKIE}sessionid", 0),
        ("Secure Flag cookie", f"{COOKIE}other", 1),
        ("Reflected Cross Site Scripting", f"{COOKIE}sessionid", 1),
        ("SQL Injection", "SQL Injection via injection in the parameter q", 1),
    ],
)
def test_scan_fails_for_what_the_page_does_not_explain(kind: str, info: str, status: int) -> None:
    assert judge(report(kind, info), PAGE) == status
