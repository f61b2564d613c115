"""How to read, for one tenant, what the timeline, bulk operations and exports need."""

from collections.abc import Callable
from datetime import UTC
from itertools import count
from typing import Any, Final

from clients_app.models import Client, ClientSecret
from clients_app.rules.built_in_roles import TENANT_AUDITOR
from clients_app.rules.weeks import week_of
from clients_app.selectors.activity import events
from clients_app.selectors.activity.filters import ActivityFilter
from clients_app.selectors.clients import lists, shows, tags, timeline
from clients_app.selectors.clients.shows import Show
from clients_app.selectors.secrets import lookup as secrets
from clients_app.selectors.secrets import runs
from tests.moments import NOW
from tests.selectors.tenant_world import World

READS: Final = count()
WEEK: Final = timeline.week_period(week_of(NOW, UTC), UTC)
LATEST: Final = events.TOP


def every_client() -> list[Any]:
    return list(Client.objects.order_by("pk").values_list("pk", flat=True))


def every_secret() -> list[int]:
    return list(ClientSecret.objects.order_by("pk").values_list("pk", flat=True))


def activity(own: World, **more: Any) -> ActivityFilter:
    return ActivityFilter(tenant_id=own.tenant.pk, **more)


def page(own: World, **more: Any) -> Any:
    kind = {"client_type": "client-credentials", "now": NOW}
    return lists.client_page(own.tenant.pk, **{**kind, **more})


def of(own: World) -> Any:
    return Client.objects.for_tenant(own.tenant.pk).order_by("pk")


LIST_READS: Final[dict[Any, list[Callable[[World], Any]]]] = {
    lists.clients_of: [
        lambda own: lists.clients_of(own.tenant.pk, now=NOW).order_by("pk"),
        lambda own: lists.clients_of(own.tenant.pk, now=NOW, show=Show.TIMELINE).order_by("pk"),
        lambda own: lists.clients_of(own.tenant.pk, now=NOW, tag="pump").order_by("pk"),
    ],
    lists.matching_ids: [
        lambda own: lists.matching_ids(
            own.tenant.pk, client_type="client-credentials", sort="name", limit=None, now=NOW
        ),
    ],
    lists.listed_clients: [
        lambda own: lists.listed_clients(own.tenant.pk, every_client(), now=NOW)
    ],
    tags.tags_of_tenant: [  # each time after what was read before was forgotten
        lambda own: tags.tags_of_tenant(own.tenant.pk, now=NOW + next(READS) * tags.KEPT)
    ],
    timeline.timeline_period: [lambda own: timeline.timeline_period(NOW, UTC)],
    timeline.week_period: [lambda own: timeline.week_period(week_of(NOW, UTC), UTC)],
    shows.first_expires_in: [
        lambda own, case=case: of(own).filter(case) for case in shows.first_expires_in(WEEK, NOW)
    ],
    timeline.expiring_weeks: [lambda own: timeline.expiring_weeks(of(own), zone=UTC, now=NOW)],
    runs.secrets_to_rotate: [
        lambda own: runs.secrets_to_rotate(own.tenant.pk, every_client(), period=None, now=NOW),
    ],
    runs.run_of: [lambda own: runs.run_of(own.tenant.pk, every_secret(), now=NOW)],
    secrets.others_of_gainers: [
        lambda own: secrets.others_of_gainers(
            own.tenant.pk, every_client(), [TENANT_AUDITOR], now=NOW
        ),
    ],
    secrets.secrets_of_gainers: [
        lambda own: secrets.secrets_of_gainers(
            own.tenant.pk, every_client(), [TENANT_AUDITOR], now=NOW
        ),
    ],
}
