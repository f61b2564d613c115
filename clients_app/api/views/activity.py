"""Activity and Usage, by cursors: the answer names the next page in the header Next-Cursor."""

import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response

from clients_app.api.errors import Refusal
from clients_app.api.parameters import COUNT_DEFAULT, COUNT_MAX, Parameters
from clients_app.api.views.resource import Resource, caller
from clients_app.http.json_models import activity_json, usage_json
from clients_app.permissions import Action, require
from clients_app.rules.client_ids import parse_client_id
from clients_app.selectors.activity.events import TOP, Cut, all_activity, below
from clients_app.selectors.activity.filters import ActivityFilter, found_by
from clients_app.selectors.apis.usage import usage_page

log = logging.getLogger("clients_app.activity")
NEXT: Final = "Next-Cursor"


class ActivityView(Resource):
    """What was done in the tenant, and refused token requests."""

    resource = "activity"

    def get(self, request: Request, tenant_id: str) -> Response:
        """Return the events that match, newest first."""
        names = ("client", "person", "action", "outcome", "query", "from", "to")
        given = Parameters(request, (*names, "count", "cursor"))
        actor = caller(request)
        require(actor, Action.READ_ACTIVITY)
        count = given.number("count", COUNT_DEFAULT, 1, COUNT_MAX)
        query = given.text("query")
        wanted = ActivityFilter(
            tenant_id=actor.tenant_id,
            since=_moment(given, "from"),
            until=_moment(given, "to"),
            client_id=_id(given, "client"),
            person_id=_id(given, "person"),
            actions=tuple(given.several("action")) or None,
            outcome=given.one_of("outcome", _outcome, _OUTCOMES) or "",
            found=found_by(actor.tenant_id, query) if query else None,
        )
        extra = {"event": "activity.read", "actor_id": actor.id, "query": request.GET.urlencode()}
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
            client_id=_id(given, "client"),
            api_id=_id(given, "api"),
            since=_moment(given, "from"),
            until=_moment(given, "to"),
            below=(hour, row_id),
            count=count + 1,
        )
        headers = {}
        if len(rows) > count:
            last = rows[count - 1]
            headers[NEXT] = _written((0, last.hour, last.pk))
        return Response([usage_json(row) for row in rows[:count]], headers=headers)


_OUTCOMES: Final = ("done", "refused")
_LAST: Final = datetime.max.replace(tzinfo=UTC)


def _outcome(text: str) -> str:
    if text not in _OUTCOMES:
        raise ValueError(text)
    return text


def _moment(given: Parameters, name: str) -> datetime | None:
    text = given.text(name)
    if not text:
        return None
    try:
        found = parse_datetime(text.replace(" ", "+"))  # a plus that was not escaped
        if found is None:
            raise ValueError(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        sentence = "Send a date and time such as 2027-11-23T10:15:00Z."
        raise Refusal(400, sentence, prop=name) from None


def _id(given: Parameters, name: str) -> Any:
    text = given.text(name)
    if text and parse_client_id(text) is None:
        raise Refusal(400, "Send a GUID.", prop=name)
    return parse_client_id(text) if text else None


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
