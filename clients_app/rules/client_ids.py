"""Which texts are a Client Id: GUIDs in their usual form, in either case, but not nil.

Source: CLI-1.
"""

import re
from functools import lru_cache
from typing import Final
from uuid import UUID

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=2048)  # every token request asks
def parse_client_id(text: str) -> UUID | None:
    """Return the Client Id that ``text`` spells, None if it spells none.

    ``UUID`` alone would also take braces, a ``urn:`` prefix and digits without hyphens.
    """
    if not _GUID.fullmatch(text):
        return None
    client_id = UUID(text)
    return client_id if client_id.int else None
