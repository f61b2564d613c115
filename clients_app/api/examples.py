"""Examples of requests and answers in the description of the API, from ``examples.json``.

The file is a series of calls that works as it is, and one answer for each error. Ids, times and
secrets in it stand for others; ``tests/api/test_examples.py`` sends it and compares the answers.
"""

import json
from pathlib import Path
from typing import Any

from clients_app import conf

_PORTAL = "http://localhost:8000"  # stands for the address of this portal
_FILE = Path(__file__).with_name("examples.json")


def read_examples() -> dict[str, Any]:
    """Return ``calls``, each with its operation, and ``errors`` by status."""
    text = _FILE.read_text(encoding="utf-8").replace(_PORTAL, conf.public_url())
    examples: dict[str, Any] = json.loads(text)
    return examples


def add_examples(document: dict[str, Any]) -> None:
    """Add to each operation an example of its body and its answer, and to Error those of errors."""
    examples = read_examples()
    calls = {call["operation"]: call for call in examples["calls"]}
    for methods in document["paths"].values():
        for operation in methods.values():
            call = calls.get(operation["operationId"], {})
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    _add(answer, call.get("response"))
            _add(operation.get("requestBody", {}), call.get("request"))
    error = document["components"]["schemas"]["Error"]
    error["examples"] = list(examples["errors"].values())


def _add(described: dict[str, Any], example: Any) -> None:
    if example is not None:
        described["content"]["application/json"]["example"] = example
