"""Activity and Usage, by cursors: the answer names the next page in the header Next-Cursor."""

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.api.parameters import COUNT_DEFAULT, COUNT_MAX, Parameters
from clients_app.api.views.resource import Resource, caller
from clients_app.http.json_models import activity_json, usage_json
from clients_app.permissions import Action, require
from clients_app.selectors.activity.events import TOP, Cut, all_activity, below
from clients_app.selectors.activity.filters import ActivityFilter, found_by
from clients_app.selectors.apis.usage import usage_page
from clients_app.services.activity.export import FORMATS, export_activity

log = logging.getLogger("clients_app.activity")
NEXT: Final = "Next-Cursor"
REFUSED_TOKENS: Final = "token.refused"


class ActivityView(Resource):
    """What was done in the tenant, and refused token requests."""

    resource = "activity"

    def get(self, request: Request, tenant_id: str) -> Any:
        """Return the events that match, newest first; with a format, all of them as a file."""
        names = ("client", "person", "action", "outcome", "query", "from", "to")
        given = Parameters(request, (*names, "count", "cursor", "format"))
        actor = caller(request)
        require(actor, Action.READ_ACTIVITY)
        wanted = _filter_in(given, actor.tenant_id)
        query = _query_for_log(request, wanted)
        if ending := given.choice("format", FORMATS):
            for name in ("count", "cursor"):
                if given.has(name):
                    raise Refusal(400, "An export is whole. Do not send this.", prop=name)
            return _exported(request, wanted, ending, query=query)
        count = given.number("count", COUNT_DEFAULT, 1, COUNT_MAX)
        extra = {"event": "activity.read", "actor_id": actor.id, "query": query}
        log.info("Activity was read by %s.", actor.name, extra=extra)
        cut = Cut(*_cursor(given, (TOP.sequence, None, TOP.refusal_id)))
        rows = list(islice(all_activity(wanted, cut), count + 1))
        headers = {}
        if len(rows) > count:
            after = below(rows[:count], cut)
            headers[NEXT] = _written(after)
        return Response([activity_json(row) for row in rows[:count]], headers=headers)


class UsageView(Resource):
    """Tokens that clients got, by API, hour and what they asked for; of the last 90 days."""

    resource = "usage"

    def get(self, request: Request, tenant_id: str) -> Response:
        """Return the hours that match, the latest first."""
        given = Parameters(request, ("client", "api", "from", "to", "count", "cursor"))
        actor = caller(request)
        require(actor, Action.READ_ACTIVITY)
        count = given.number("count", COUNT_DEFAULT, 1, COUNT_MAX)
        _number, hour, row_id = _cursor(given, (0, None, 2**63 - 1))
        rows = usage_page(
            actor.tenant_id,
            client_id=given.guid("client"),
            api_id=given.guid("api"),
            since=given.moment("from"),
            until=given.moment("to"),
            below=(hour, row_id),
            count=count + 1,
        )
        headers = {}
        if len(rows) > count:
            last = rows[count - 1]
            headers[NEXT] = _written((0, last.hour, last.pk))
        return Response([usage_json(row) for row in rows[:count]], headers=headers)


_LAST: Final = datetime.max.replace(tzinfo=UTC)


def _filter_in(given: Parameters, tenant_id: UUID) -> ActivityFilter:
    query, actions = given.text("query"), given.several("action")
    outcome = given.choice("outcome", ("done", "refused"))
    return ActivityFilter(
        tenant_id=tenant_id,
        since=given.moment("from"),
        until=given.moment("to"),
        client_id=given.guid("client"),
        person_id=given.guid("person"),
        actions=tuple(actions) or None,
        outcome=outcome,
        found=found_by(tenant_id, query) if query else None,
        refusals=outcome != "done" and (not actions or REFUSED_TOKENS in actions),
    )


def _query_for_log(request: Request, wanted: ActivityFilter) -> str:
    """Return the query without a text that found nothing: it may be a secret."""
    found, sent = wanted.found, request.GET.copy()
    if found is None or not (found.clients or found.people or found.address):
        for name in [name for name in sent if name.lower() == "query"]:
            del sent[name]
    return sent.urlencode()


def _exported(
    request: Request, wanted: ActivityFilter, ending: str, *, query: str
) -> StreamingHttpResponse:
    """Return all that matches as a file, as the portal exports it; HEAD exports nothing."""
    actor, now = caller(request), timezone.now()
    require(actor, Action.EXPORT_ACTIVITY)
    lines: Iterable[str] = ()
    if request.method == "GET":
        lines = export_activity(wanted, ending, query=query, actor=actor, now=now)
    name = f"activity-{now:%Y-%m-%dT%H%M%SZ}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(lines, content_type=FORMATS[ending].content_type, headers=headers)


def _written(place: tuple[int, datetime, int]) -> str:
    number, at, row_id = place
    return urlsafe_b64encode(json.dumps([number, at.isoformat(), row_id]).encode()).decode()


def _cursor(given: Parameters, first: tuple[int, None, int]) -> tuple[int, datetime, int]:
    """Return the place that a cursor names; ``first`` is that of the first page."""
    text = given.text("cursor")
    if not text:
        return first[0], _LAST, first[2]
    try:
        number, at, row_id = json.loads(urlsafe_b64decode(text.encode()))
        if type(number) is not int or type(row_id) is not int or max(number, row_id) >= 2**63:
            raise ValueError(text)
        moment = datetime.fromisoformat(at)
        return number, moment.astimezone(UTC) if moment != _LAST else _LAST, row_id
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise Refusal(400, "Send the Next-Cursor of an answer.", prop="cursor") from None
