"""ETag and If-Match (RFC 9110 sections 8.8.3 and 13.1.1): a PUT changes what its caller has read.

The ETag is a digest of what GET shows, without what changes by itself.
"""

import json
from hashlib import sha256
from typing import Any, Final

from rest_framework.request import Request

from clients_app.api.errors import Refusal

_MOVING: Final = frozenset({"LastUsed", "LastFetched", "FetchFailure"})


def etag_of(model: Any) -> str:
    """Return the ETag of a model, or of a list of them."""
    rest = model
    if isinstance(model, dict):
        rest = {name: value for name, value in model.items() if name not in _MOVING}
    return f'"{sha256(json.dumps(rest).encode()).hexdigest()[:32]}"'


def refuse_changed(request: Request, model: Any) -> bool:
    """Return whether the caller sent If-Match; raise 412 if ``model`` fits none of its ETags."""
    sent = request.headers.get("If-Match")
    if sent is None:
        return False
    tags = {tag.strip() for tag in sent.split(",")}
    if "*" not in tags and etag_of(model) not in tags:
        raise Refusal(412, "It was changed since you read it. Nothing was saved.")
    return "*" not in tags
