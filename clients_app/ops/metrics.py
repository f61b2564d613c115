"""What Prometheus may watch: the ends of secrets by tenant, and the messages that tell of them."""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from clients_app.selectors.notices.expirations import WITHIN_DAYS, delivery_counts, secret_counts


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer who presents METRICS_TOKEN; without that setting there is no such page."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    presented = request.headers.get("Authorization", "")
    scheme, _, credentials = presented.partition(" ")
    right = secrets.compare_digest(credentials.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not right:
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return HttpResponse("", content_type="text/plain", status=401, headers=headers)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Expirations())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_1_0_0)


class _Expirations(Collector):
    """Counted anew for each scrape, so that every process says the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        live = GaugeMetricFamily("portal_secrets_live", "Live secrets.", labels=["tenant"])
        never = GaugeMetricFamily(
            "portal_secrets_never_expiring", "Live secrets that never expire.", labels=["tenant"]
        )
        ending = GaugeMetricFamily(
            "portal_secrets_expiring",
            "Live secrets that expire within so many days.",
            labels=["tenant", "within_days"],
        )
        expired = GaugeMetricFamily(
            "portal_secrets_expired",
            "Secrets that expired in the last 90 days and were not removed.",
            labels=["tenant"],
        )
        for row in secret_counts(now=now):
            tenant = str(row["client__tenant_id"])
            live.add_metric([tenant], row["live"])
            never.add_metric([tenant], row["never"])
            expired.add_metric([tenant], row["expired"])
            for days in WITHIN_DAYS:
                ending.add_metric([tenant, str(days)], row[f"within_{days}"])
        sent = GaugeMetricFamily(
            "portal_notices",
            "Messages of the last 90 days that tell of expirations.",
            labels=["tenant", "channel", "state"],
        )
        for row in delivery_counts():
            labels = [str(row["tenant_id"]), row["channel"], row["state"]]
            sent.add_metric(labels, row["number"])
        yield from (live, never, ending, expired, sent)
