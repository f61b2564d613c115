"""The program in README.md verifies a token of the running portal."""

import json
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database
README = (Path(__file__).parents[2] / "README.md").read_text()


def test_readme_program_verifies_a_token(live_portal: PortalProcess, tmp_path: Path):
    made = json.loads(live_portal.run("clients", "add", "First token", "--json").stdout)
    asked = {
        "grant_type": "client_credentials",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
    }
    body = urllib.parse.urlencode(asked).encode()
    with urllib.request.urlopen(made["token_endpoint"], body) as answer:  # noqa: S310  a URL of this test
        token = json.load(answer)["access_token"]

    program = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert program
    source = program[1].replace("http://localhost:8000", live_portal.url)
    ran = subprocess.run([sys.executable, "-c", source, token], capture_output=True, text=True)

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"{made['client_id']} ['Tenant Member']\n"
