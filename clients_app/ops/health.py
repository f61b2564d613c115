"""Health probes. They are public, so details go only to the log (AVA-10)."""

import logging

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from clients_app.services.readiness import faults

log = logging.getLogger("clients_app.ops")


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that this process is alive, without any checks."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether this process can work: database, signing key and audit chain."""
    found = faults()
    for fault in found:
        log.error("Not ready: %s", fault)
    if found:
        return HttpResponse("not ready\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")
