"""The examples of the guide for servers in front of an API, with the values of one API."""

from collections.abc import Mapping
from functools import cache
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

_TENANT: Final = "7c1f3b60-5e2a-4d98-b0c4-18a6e9d2f753"  # of the files
_FILES: Final = {"envoy": "examples/envoy.yaml", "nginx": "examples/nginx/api.conf"}


def examples(values: Mapping[str, str]) -> dict[str, str]:
    """Return the configurations of Envoy and nginx for the ``issuer``, ``audience`` and
    ``tenant_id`` of ``values``."""
    portal, audience = urlsplit(values["issuer"]), values["audience"]
    filled = {
        "https://portal.example.com/identity": values["issuer"],
        'audiences: ["https://portal.example.com"]': f'audiences: ["{audience}"]',
        'default "https://portal.example.com"': f'default "{audience}"',
        "portal.example.com": portal.hostname or "",
        "port_value: 443": f"port_value: {portal.port or 443}",
        _TENANT: values["tenant_id"],
    }
    return {name: _filled(_text(file), filled) for name, file in _FILES.items()}


@cache
def _text(file: str) -> str:
    return (settings.BASE_DIR / "docs" / file).read_text()


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each key replaced; the longest first, and no value looked at again."""
    for number, key in enumerate(values):
        text = text.replace(key, f"\x00{number}\x00")
    for number, value in enumerate(values.values()):
        text = text.replace(f"\x00{number}\x00", value)
    return text
