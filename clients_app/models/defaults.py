"""Column defaults; migrations freeze these paths, so they stay here."""

import uuid


def new_id() -> uuid.UUID:
    """Return a random GUID (version 4)."""
    return uuid.uuid4()
