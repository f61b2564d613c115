"""The addresses for probes and for Prometheus."""

from django.urls import path

from clients_app.ops.health import livez, readyz
from clients_app.ops.metrics import metrics

urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
