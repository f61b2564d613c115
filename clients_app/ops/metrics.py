"""Metrics for Prometheus: what this server has counted, and the state of what is stored."""

import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from clients_app import data_files, measures
from clients_app.ops.credential_metrics import credential_gauges
from clients_app.selectors.notices.expirations import WITHIN_DAYS, delivery_counts, secret_counts
from clients_app.selectors.signing_keys.keys import signing_keys
from clients_app.services.readiness import faults_of_changes, faults_of_tokens

_BOUNDS = [*map(str, measures.BOUNDS_S), "+Inf"]


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
    registry.register(_Metrics())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_1_0_0)


class _Metrics(Collector):
    """Gathered for each scrape, so that every process of a server answers the same.

    While the database is away, what is stored there is missing, and ``portal_ready`` is 0.
    """

    def collect(self) -> Iterator[Metric]:
        yield _info()
        yield from _counted()
        yield from _disk()
        try:
            now = timezone.now()
            stored = [*_secrets(now=now), *credential_gauges(now=now), _notices(), *_keys(now=now)]
            yield from stored
        except DatabaseError:
            connection.close()
        yield _readiness()


def _info() -> Metric:
    info = GaugeMetricFamily("portal_info", "The version of the portal.", labels=["version"])
    info.add_metric([settings.VERSION], 1)
    return info


def _counted() -> Iterator[Metric]:
    for kind, sums in measures.read(settings.DATA_DIR / data_files.METRICS).items():
        if kind.is_timing:
            times = HistogramMetricFamily(kind.name, kind.text, labels=kind.labels)
            for labels, values in sorted(sums.items()):
                buckets = list(zip(_BOUNDS, accumulate(values[:-1]), strict=True))
                times.add_metric(labels, buckets, sum_value=values[-1])
            yield times
        else:
            counter = CounterMetricFamily(kind.name, kind.text, labels=kind.labels)
            for labels, values in sorted(sums.items()):
                counter.add_metric(labels, values[0])
            yield counter


def _disk() -> Iterator[Metric]:
    usage = shutil.disk_usage(settings.DATA_DIR)
    yield GaugeMetricFamily("portal_disk_free_bytes", "Free space for DATA_DIR.", usage.free)
    yield GaugeMetricFamily("portal_disk_size_bytes", "Size of that disk.", usage.total)


def _readiness() -> Metric:
    text = "Whether this server can issue tokens, and save changes: 1 or 0."
    ready = GaugeMetricFamily("portal_ready", text, labels=["what"])
    tokens = faults_of_tokens()
    ready.add_metric(["tokens"], not tokens)
    ready.add_metric(["changes"], not (tokens or faults_of_changes()))
    return ready


def _secrets(*, now: datetime) -> Iterator[Metric]:
    live = _gauge("portal_secrets_live", "Live secrets.")
    never = _gauge("portal_secrets_never_expiring", "Live secrets that never expire.")
    text = "Live secrets that expire within so many days."
    expiring = _gauge("portal_secrets_expiring", text, "within_days")
    text = "Secrets that expired in the last 90 days and were not removed."
    expired = _gauge("portal_secrets_expired", text)
    text = "Seconds until the next secret expires that Rotate has not replaced."
    first = _gauge("portal_secrets_next_expiry_seconds", text)
    for row in secret_counts(now=now):
        tenant = str(row["client__tenant_id"])
        live.add_metric([tenant], row["live"])
        never.add_metric([tenant], row["never"])
        expired.add_metric([tenant], row["expired"])
        if row["first"]:
            first.add_metric([tenant], (row["first"] - now).total_seconds())
        for days in WITHIN_DAYS:
            expiring.add_metric([tenant, str(days)], row[f"within_{days}"])
    yield from (live, never, expiring, expired, first)


def _notices() -> Metric:
    text = "Notices of the last 90 days about expirations."
    notices = _gauge("portal_notices", text, "channel", "state")
    for row in delivery_counts():
        labels = [str(row["tenant_id"]), row["channel"], row["state"]]
        notices.add_metric(labels, row["number"])
    return notices


def _keys(*, now: datetime) -> Iterator[Metric]:
    """Yield the age of keys in their state, and when they leave it; less than 0 is too late."""
    text = "Seconds since a signing key is in its state."
    age = GaugeMetricFamily("portal_signing_key_age_seconds", text, labels=["state"])
    text = "Seconds until a signing key leaves its state."
    left = GaugeMetricFamily("portal_signing_key_change_seconds", text, labels=["state"])
    for key, since, until in signing_keys():
        if key.state in {key.State.ACTIVE, key.State.NEXT}:  # one of each
            age.add_metric([key.state], (now - (since or now)).total_seconds())
            left.add_metric([key.state], ((until or now) - now).total_seconds())
    yield from (age, left)


def _gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, text, labels=["tenant", *labels])
