"""`make scan`, second part: wapiti attacks the pages of a running portal, signed in.

All its modules run, with their own findings; docs/scan.md explains those that may appear. Exits
with 1 if there is another one. SECONDS bounds each module (10). wapiti has an environment of its
own, `.venv/wapiti`, because it pins other versions of what the portal uses.
"""

import http.cookiejar
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.portal_process import CHECKOUT, PASSWORD, USERNAME, PortalProcess  # noqa: E402  after its settings

ENVIRONMENT: Final = Path(sys.prefix) / "wapiti"
LOCK: Final = CHECKOUT / "tests" / "third_party" / "wapiti.lock"
PAGE: Final = CHECKOUT / "docs" / "scan.md"
#: what ends the session that the scan has, or sends it to another site
LEAVES: Final = (
    "/sign-out*",
    "/account/password*",
    "/account/authenticator*",
    "/account/sessions*",
    "/security/*/remove",
    "/security/clients/bulk/*",
    "/static/*",
)
START: Final = (
    *("/account", "/security/users", "/security/activity", "/security/policies", "/find?q=p"),
    *("/security/notices", "/security/apis", "/security/roles", "/help/token"),
)
NOWHERE: Final = "http://127.0.0.1:9/"  # in place of wapiti's own: nothing leaves this machine
CRAWL_S: Final = "120"


def main() -> int:
    """Start a portal, scan its pages, and return the exit status."""
    _install()
    with tempfile.TemporaryDirectory() as folder, PortalProcess(Path(folder) / "var") as portal:
        portal.manage("clients", "add", "Pump", "--json")
        report = Path(folder) / "report.json"
        _scan(portal, Path(folder), report)
        return judge(json.loads(report.read_text()), PAGE.read_text())


def _install() -> None:
    uv = Path(sys.executable).with_name("uv")
    if not (ENVIRONMENT / "bin" / "wapiti").exists():
        subprocess.run([uv, "venv", "--quiet", "--clear", ENVIRONMENT], check=True)
    program = ["--python", ENVIRONMENT / "bin" / "python", "--require-hashes", "-r", LOCK]
    subprocess.run([uv, "pip", "install", "--quiet", *program], check=True)


def _scan(portal: PortalProcess, folder: Path, report: Path) -> None:
    seconds = os.environ.get("SECONDS", "10")
    command = [ENVIRONMENT / "bin" / "wapiti", "-u", portal.url + "/security/clients"]
    command += ["-m", "all", "--scope", "domain", "-H", f"Cookie: {_cookies(portal)}"]
    command += ["--endpoint", NOWHERE, "--dns-endpoint", "", "--no-bugreport", "--color"]
    command += ["--max-scan-time", CRAWL_S, "--max-attack-time", seconds]
    command += ["--store-session", folder / "session", "--store-config", folder / "config"]
    command += ["-S", "normal", "-d", "4", "-t", "10", "-f", "json", "-o", report]
    for path in LEAVES:
        command += ["-x", portal.url + path]
    for path in START:
        command += ["-s", portal.url + path]
    with (folder / "wapiti.log").open("w") as log:
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)


def _cookies(portal: PortalProcess) -> str:
    """Return the cookies of a session of the administrator, as a browser sends them."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{portal.url}/sign-in").read().decode()
    token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[0]
    typed = {"login": USERNAME, "password": PASSWORD, "csrfmiddlewaretoken": token}
    sent = urllib.request.Request(  # noqa: S310  a URL of this machine
        f"{portal.url}/sign-in",
        urllib.parse.urlencode(typed).encode(),
        {"Origin": portal.url},
    )
    opener.open(sent).read()
    return "; ".join(f"{one.name}={one.value}" for one in jar)


def judge(report: dict[str, Any], page: str) -> int:
    """Print what was found; return 1 if the table of ``page`` does not explain it all."""
    status, table = 0, explanations(page)
    sys.stdout.write(f"{report['infos']['crawled_pages_nbr']} addresses and forms were attacked.\n")
    for kind, found in (*report["vulnerabilities"].items(), *report["anomalies"].items()):
        for one in found:
            line = f"{one['method']} {one['path']} {one.get('parameter') or ''}: {one['info']}"
            known = any(kind == name and re.search(where, line) for name, where in table)
            status |= not known
            sys.stdout.write(f"{'explained' if known else 'NOT EXPLAINED'}: {kind}: {line}\n")
    return int(status)


def explanations(page: str) -> list[tuple[str, str]]:
    """Return the rows of the table of ``page``: the kind, and a pattern of the finding."""
    rows = re.findall(r"^\| ([^|]+?) \| `([^`]+)` \|", page, re.MULTILINE)
    return [(kind, where.replace("\\|", "|")) for kind, where in rows]


if __name__ == "__main__":
    sys.exit(main())
