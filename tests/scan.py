"""`make scan`: schemathesis tries the REST API of a running portal, by its own description.

EXAMPLES says how many requests of each kind of each operation (50). Exits with its status.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from tests.portal_process import PortalProcess  # noqa: E402  after its settings

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "ignored_auth,use_after_free"
)
REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429", "5xx"]


def main() -> int:
    """Start a portal, scan it, and return the exit status."""
    with tempfile.TemporaryDirectory() as folder, PortalProcess(Path(folder) / "var") as portal:
        return scan(portal, Path(folder) / "schemathesis.toml")


def scan(portal: PortalProcess, config: Path) -> int:
    """Scan a running portal as a Tenant Administrator."""
    role = ("--role", "Tenant Administrator", "--confirm-administrator", "Scan")
    made = json.loads(portal.manage("clients", "add", "Scan", *role, "--json").stdout)
    names = ("client_id", "client_secret")
    form = {"grant_type": "client_credentials", **{name: made[name] for name in names}}
    body = urllib.parse.urlencode(form).encode()
    address = f"{portal.url}/identity/connect/token"
    with urllib.request.urlopen(address, body) as answer:  # noqa: S310  a URL of this machine
        token = json.load(answer)["access_token"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    config.write_text(
        f'[parameters]\n"path.tenant_id" = "{claims["tid"]}"\n'
        f"[checks]\nnegative_data_rejection.expected-statuses = {REFUSALS}\n"
    )
    program = Path(sys.executable).with_name("schemathesis")
    examples = os.environ.get("EXAMPLES", "50")
    options = ["--checks", CHECKS, "--max-examples", examples, "--phases", "examples,fuzzing"]
    header = ["--header", f"Authorization: Bearer {token}"]
    command = [program, "--config-file", config, "run", *header, *options]
    return subprocess.run([*command, f"{portal.url}/api/v1/openapi.json"]).returncode


if __name__ == "__main__":
    sys.exit(main())
