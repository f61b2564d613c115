"""The commands and the error of docs/rest-api.md."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.portal_process import PortalProcess

pytestmark = pytest.mark.one_database
PAGE = Path("docs/rest-api.md").read_text()


def run(words: str, **environment: str) -> Any:
    """Return the JSON that the commands print."""
    ended = subprocess.run(
        ["sh", "-c", words],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(ended.stdout)


def test_commands_of_the_page_list_clients(live_portal: PortalProcess) -> None:
    block = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    made = json.loads(live_portal.run("clients", "add", "Reads the page", "--json").stdout)
    tenant = json.loads(live_portal.run("tenants", "list", "--json").stdout)

    listed = run(
        block[1],
        PORTAL=live_portal.url,
        TENANT=tenant["Id"],
        CLIENT_ID=made["client_id"],
        CLIENT_SECRET=made["client_secret"],
    )

    assert 0 < len(listed) <= 10
    assert set(listed[0]) >= {"Id", "Name", "Enabled", "AccessTokenLifetime", "Tags", "RoleIds"}


def test_error_of_the_page_has_the_properties_of_errors(live_portal: PortalProcess) -> None:
    block = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None

    answer = run(f"curl -s {live_portal.url}/api/v1/Tenants/none")

    assert list(json.loads(block[1])) == list(answer)
