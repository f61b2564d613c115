"""Metrics for Prometheus: version, expirations of credentials by tenant, notices about them."""

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

from clients_app.ops.credential_metrics import credential_gauges
from clients_app.selectors.notices.expirations import WITHIN_DAYS, delivery_counts, secret_counts


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer callers that present METRICS_TOKEN; without that setting there is no such page."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    scheme, _, presented = request.headers.get("Authorization", "").partition(" ")
    matches = secrets.compare_digest(presented.strip().encode(), token.encode())
    if scheme.lower() != "bearer" or not matches:
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return HttpResponse("", content_type="text/plain", status=401, headers=headers)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Expirations())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_1_0_0)


class _Expirations(Collector):
    """Counts for each scrape, so that every process answers the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        live = _gauge("portal_secrets_live", "Live secrets.")
        never = _gauge("portal_secrets_never_expiring", "Live secrets that never expire.")
        text = "Live secrets that expire within so many days."
        expiring = _gauge("portal_secrets_expiring", text, "within_days")
        text = "Secrets that expired in the last 90 days and were not removed."
        expired = _gauge("portal_secrets_expired", text)
        for row in secret_counts(now=timezone.now()):
            tenant = str(row["client__tenant_id"])
            live.add_metric([tenant], row["live"])
            never.add_metric([tenant], row["never"])
            expired.add_metric([tenant], row["expired"])
            for days in WITHIN_DAYS:
                expiring.add_metric([tenant, str(days)], row[f"within_{days}"])
        text = "Notices of the last 90 days about expirations."
        notices = _gauge("portal_notices", text, "channel", "state")
        for row in delivery_counts():
            labels = [str(row["tenant_id"]), row["channel"], row["state"]]
            notices.add_metric(labels, row["number"])
        info = GaugeMetricFamily("portal_info", "The version of the portal.", labels=["version"])
        info.add_metric([settings.VERSION], 1)
        yield from (info, live, never, expiring, expired, notices)
        yield from credential_gauges(now=timezone.now())


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=["tenant", *labels])
