"""Runs Lighthouse, from npm, on three pages of the portal and returns its scores."""

import json
import os
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

from tests.journeys.visitor import chromium_path
from tests.portal_process import PortalProcess

LIGHTHOUSE = "lighthouse@12.2.3"  # the last that runs on Node 20 and has a lock file
AUDITS = 5
TRIES = 3  # sometimes it misses the start of a page and must run again

Rows = list[tuple[str, str, str]]


def scores(portal: PortalProcess, cookies: dict[str, str], folder: Path) -> Rows:
    """Return the desktop scores of Lighthouse, each the median of several runs."""
    if not shutil.which("npm"):
        raise SystemExit("Lighthouse needs Node and npm; install them, for example nodejs and npm.")
    folder.mkdir()
    npm = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", "-E", LIGHTHOUSE]
    subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    client_id = portal.query("SELECT id FROM clients_app_client LIMIT 1")[0][0]
    signed_in = "; ".join(f"{name}={value}" for name, value in cookies.items())
    pages = {
        "Clients": ("/security/clients", signed_in),
        "Details": (f"/security/clients/{_client_id_text(client_id)}", signed_in),
        "sign-in": ("/sign-in", ""),
    }
    rows: Rows = []
    for name, (path, cookie) in pages.items():
        found = [_audit(folder, f"{portal.url}{path}", cookie) for _ in range(AUDITS)]
        for category in ("performance", "accessibility", "best-practices"):
            score = statistics.median(one[category] for one in found)
            rows.append((f"Lighthouse, {name}, {category}", "100", f"{score * 100:.0f}"))
    return rows


def _client_id_text(stored: Any) -> str:
    """Return a Client Id as in URLs: SQLite stores its 32 digits."""
    digits = str(stored).replace("-", "")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _audit(folder: Path, url: str, cookie: str) -> dict[str, float]:
    report = folder / "report.json"
    headers = ["--extra-headers", json.dumps({"Cookie": cookie})] if cookie else []
    command = [
        *("npx", "lighthouse", url, "--preset=desktop", "--quiet", *headers),
        "--only-categories=performance,accessibility,best-practices",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        *("--output=json", f"--output-path={report}"),
    ]
    environment = {**os.environ, "CHROME_PATH": chromium_path(with_windows=True)}
    for _ in range(TRIES):
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode == 0:
            break
    else:
        raise SystemExit(f"Lighthouse could not judge {url}:\n{done.stderr[-2000:]}")
    found = json.loads(report.read_text())
    for name, one in found["categories"].items():
        if one["score"] < 1:
            failed = [
                ref["id"]
                for ref in one["auditRefs"]
                if ref["weight"] and (found["audits"][ref["id"]]["score"] or 0) < 1
            ]
            why = [
                f"{audit} {' '.join(_places(found['audits'][audit]))}".strip() for audit in failed
            ]
            print(f"Lighthouse, {url}, {name} {one['score']:.2f}: {', '.join(why)}", flush=True)  # noqa: T201  its answer
    return {name: float(one["score"]) for name, one in found["categories"].items()}


def _places(audit: dict[str, Any]) -> list[str]:
    """Return the selectors of the elements that failed an audit."""
    items = audit.get("details", {}).get("items", [])
    return [item["node"]["selector"] for item in items if "selector" in item.get("node", {})]
