"""Client Ids: GUIDs with hyphens, in upper or lower case, except the nil GUID.

Source: CLI-1.
"""

import re
from functools import lru_cache
from typing import Final
from uuid import UUID

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


@lru_cache(maxsize=2048)  # each token request needs it
def parse_client_id(text: str) -> UUID | None:
    """Return ``text`` as a Client Id, or None if it is not one.

    ``UUID`` alone also accepts braces, a ``urn:`` prefix and digits without hyphens.
    """
    client_id = UUID(text) if _GUID.fullmatch(text) else None
    return client_id if client_id and client_id.int else None
