"""ETag and If-Match (RFC 9110 sections 8.8.3 and 13.1.1): a PUT changes what its caller has read.

The ETag is a digest of what GET shows, without what changes by itself.
"""

import json
from hashlib import sha256
from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.services.locks import Versioned

_MOVING: Final = frozenset({"LastUsed", "LastFetched", "FetchFailure"})


def etag_of(model: Any) -> str:
    """Return the ETag of a model, or of a list of them."""
    rest = model
    if isinstance(model, dict):
        rest = {name: value for name, value in model.items() if name not in _MOVING}
    return f'"{sha256(json.dumps(rest).encode()).hexdigest()[:32]}"'


def shown(model: Any) -> Response:
    """Return a response with ``model`` and its ETag."""
    return Response(model, headers={"ETag": etag_of(model)})


def expected_version(request: Request, row: Versioned, model: Any) -> int | None:
    """Return the version that ``row`` must still have; None if the caller sent no ETag.

    Errors: Refusal with 412 if ``model``, which is ``row`` now, fits none of those in If-Match.
    """
    sent = request.headers.get("If-Match")
    if sent is None:
        return None
    tags = {tag.strip() for tag in sent.split(",")}
    if "*" in tags:
        return None
    if etag_of(model) not in tags:
        raise Refusal(412, "It was changed since you read it. Nothing was saved.")
    return row.version
