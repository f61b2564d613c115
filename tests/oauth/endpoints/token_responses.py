"""Requests a token and reads its claims."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jwt

from tests.oauth.wsgi import Reply, basic, form

GRANT = {"grant_type": "client_credentials"}
Ask = Callable[..., Reply]


def token_of(ask: Ask, client: SimpleNamespace, **more: str) -> dict[str, Any]:
    reply = ask(authorization=basic(client.id, client.plain), body=form(**GRANT, **more))
    assert reply.status == 200, reply.body
    return reply.json()


def claims_of(answer: dict[str, Any]) -> dict[str, Any]:
    return jwt.decode(answer["access_token"], options={"verify_signature": False})
