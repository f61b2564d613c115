"""Metrics about public keys and federated identities, beside those about secrets."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.metrics_core import GaugeMetricFamily

from clients_app.selectors.credentials.expirations import KINDS, credential_counts
from clients_app.selectors.notices.expirations import WITHIN_DAYS


def credential_gauges(*, now: datetime) -> Iterator[GaugeMetricFamily]:
    """Yield how many there are by tenant and kind, and when the next one expires."""
    live = _gauge("live", "Live public keys and federated identities.")
    expired = _gauge("expired", "Those that expired in the last 90 days and were not removed.")
    text = "Live ones that expire within so many days and that none has replaced."
    expiring = _gauge("expiring", text, "within_days")
    first = _gauge("next_expiry_seconds", "Seconds until the next of them expires.")
    for kind in KINDS:
        for row in credential_counts(kind, now=now):
            labels = [str(row["client__tenant_id"]), kind]
            live.add_metric(labels, row["live"])
            expired.add_metric(labels, row["expired"])
            if row["first"] is not None:
                first.add_metric(labels, (row["first"] - now).total_seconds())
            for days in WITHIN_DAYS:
                expiring.add_metric([*labels, str(days)], row[f"within_{days}"])
    yield from (live, expired, expiring, first)


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"portal_credentials_{name}", text, labels=["tenant", "kind", *labels])
