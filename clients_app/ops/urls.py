"""The addresses for probes and for Prometheus."""

from django.urls import path

from clients_app.ops.health import livez, readyz, readyz_tokens
from clients_app.ops.metrics import metrics

urlpatterns = [
    path("livez", livez, name="livez"),
    path("readyz", readyz, name="readyz"),
    path("readyz/tokens", readyz_tokens, name="readyz-tokens"),
    path("metrics", metrics, name="metrics"),
]
