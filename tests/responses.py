"""What tests read from a response of the portal or the admin site."""

import re
from typing import Any, Final

HTMX: Final = {"HX-Request": "true", "HX-Target": "window"}


def text_of(reply: Any) -> str:
    return reply.content.decode()


def unmarked(reply: Any) -> str:
    """Return the text without the marks around what a search found."""
    return re.sub(r"</?mark>", "", text_of(reply))


def is_page(reply: Any) -> bool:
    return "<html" in text_of(reply)


def plain_secret_in(reply: Any) -> str:
    """Return the secret that a response shows."""
    found = re.search(r'id="id_client_secret"[^>]*>(pcs_\w{49})<', text_of(reply))
    assert found, text_of(reply)
    return found[1]


def value_of(name: str, reply: Any) -> str | None:
    """Return the value of the first input with this name."""
    for tag in re.findall(r"<input[^>]*>", text_of(reply)):
        if f'name="{name}"' in tag:
            value = re.search(r'value="([^"]*)"', tag)
            return value[1] if value else ""
    return None


def copyable_value(name: str, reply: Any) -> str:
    """Return the value that a response offers to copy."""
    found = re.search(rf'<code id="{name}"[^>]*>([^<]+)</code>', text_of(reply))
    assert found, text_of(reply)
    return found[1]


def listed_urls(reply, name: str) -> list[str]:
    """Return the values of the hidden inputs of a list of URLs."""
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', text_of(reply))
