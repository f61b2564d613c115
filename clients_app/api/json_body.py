"""Reads JSON: strictly, because what a program means must not depend on how it is read."""

import json
from typing import Any

from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from clients_app.api.errors import Refusal
from clients_app.rules.nesting import DEPTH_MAX, is_flat


class JsonBody(BaseParser):
    """A JSON text in UTF-8. Errors: 400 for a bad one, also for one that names a property twice."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the value."""
        body = parser_context["request"]._request.body
        if not body.strip():
            return None
        try:
            found = json.loads(
                body.decode("utf-8-sig"), object_pairs_hook=_members, parse_constant=_no_constant
            )
        except (ValueError, RecursionError):
            raise Refusal(400, "The body is not JSON in UTF-8.") from None
        if not is_flat(found):
            raise Refusal(400, f"The body has more than {DEPTH_MAX} levels.")
        return found


class AlwaysJson(BaseContentNegotiation):
    """Answers are JSON whatever Accept says, as programs rarely say it right."""

    def select_parser(self, request: Request, parsers: Any) -> BaseParser:
        """Return the parser of JSON, or raise 415, also for a body that a proxy might unpack."""
        encoding = request.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in {"", "identity"}:
            raise Refusal(415, "Send the body without a Content-Encoding.")
        kind = request.content_type.partition(";")[0].strip().lower()
        charset = request.content_type.lower().partition("charset=")[2].strip(' "')
        if kind not in {"application/json", "text/json"} or charset not in {"", "utf-8", "utf8"}:
            raise UnsupportedMediaType(request.content_type[:100])
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer of JSON."""
        return renderers[0], renderers[0].media_type


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(400, "Send this property once.", prop=twice[:100])
    return members


def _no_constant(text: str) -> Any:
    raise ValueError(text)
