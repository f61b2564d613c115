"""What operators run against the portal: commands, and the requests of External Secrets."""

import base64
import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests

pytestmark = pytest.mark.one_database


class Pipeline(NamedTuple):
    """The environment of a shell with a Tenant Administrator's token."""

    values: dict[str, str]

    def run(self, words: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", words],
            cwd=folder,
            env={"PATH": os.environ["PATH"], **self.values, **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def send(webhook: dict[str, Any], pipeline: Pipeline, **secrets: dict[str, str]) -> dict[str, Any]:
    """Send the request of a webhook as the operator does; return the JSON of the answer."""

    def filled(text: str) -> str:
        encoded = re.fullmatch(r'Basic \{\{ printf "%s:%s" (\S+) (\S+) \| b64enc \}\}', text)
        if encoded:
            pair = ":".join(_value(name, secrets) for name in encoded.groups())
            return f"Basic {base64.b64encode(pair.encode()).decode()}"
        return re.sub(r"\{\{ (\S+) \}\}", lambda found: _value(found[1], secrets), text)

    url = filled(webhook["url"]).replace("TENANT_ID", pipeline.values["TENANT"])
    answer = requests.request(
        webhook["method"],
        url.replace("https://portal.example.com", pipeline.values["PORTAL"]),
        data=webhook["body"],
        headers={name: filled(text) for name, text in webhook["headers"].items()},
        timeout=60,
    )
    assert answer.ok, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _value(name: str, secrets: dict[str, dict[str, str]]) -> str:
    _, secret, key = name.split(".")
    return secrets[secret][key]
