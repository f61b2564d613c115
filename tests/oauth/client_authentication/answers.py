"""What the token endpoint answered to an assertion, and what it counted."""

from typing import Any

import jwt

from clients_app.models import TokenRefusal
from clients_app.services.usage import counts
from tests.oauth.wsgi import Reply


def claims_in(reply: Reply) -> dict[str, Any]:
    assert reply.status == 200, reply.body
    return jwt.decode(reply.json()["access_token"], options={"verify_signature": False})


def causes() -> list[str]:
    counts.flush()
    return list(TokenRefusal.objects.values_list("cause", flat=True))
