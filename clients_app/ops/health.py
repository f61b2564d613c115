"""Probes: one word each, for strangers too; what is wrong stands in the log (AVA-10)."""

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app.services.readiness import faults

log = logging.getLogger("clients_app.ops")


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing else."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether this process can do its work: database, signing key, record of what was done."""
    found = faults()
    for fault in found:
        log.error("Not ready: %s", fault)
    if found:
        return HttpResponse("not ready\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
