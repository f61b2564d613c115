"""Client Ids: GUIDs with hyphens, in upper or lower case, except the nil GUID.

Source: CLI-1.
"""

import re
from functools import lru_cache
from typing import Final
from uuid import UUID

from clients_app.rules.names import key_of

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_DIGITS: Final = re.compile("[0-9a-f]{1,32}")
#: what may stand around an id or address that is pasted
AROUND: Final = (
    " \"'`,;:.()[]{}<>\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a\u00ab\u00bb"
)


@lru_cache(maxsize=2048)  # each token request needs it
def parse_client_id(text: str) -> UUID | None:
    """Return ``text`` as a Client Id, or None if it is not one.

    ``UUID`` alone also accepts braces, a ``urn:`` prefix and digits without hyphens.
    """
    client_id = UUID(text) if _GUID.fullmatch(text) else None
    return client_id if client_id and client_id.int else None


def pasted_id(text: str) -> UUID | None:
    """Return the id in ``text`` as people paste it into a search: see ``digits_of``."""
    digits = digits_of(text)
    return UUID(digits) if len(digits) == 32 else None


def digits_of(text: str) -> str:
    """Return the digits of an id, or of its beginning; empty if ``text`` is something else.

    Invisible characters, quotes and other punctuation around it do not count.
    """
    digits = key_of(text).strip(AROUND).removeprefix("urn:uuid:").replace("-", "")
    return digits if _DIGITS.fullmatch(digits) else ""
