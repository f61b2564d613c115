"""Answers 429 to callers that send too many requests (API-6)."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from clients_app.services.request_limits import seconds_to_wait


class PerCaller(BaseThrottle):
    """Counts the requests of each client and person."""

    _wait_s = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return whether the caller may send this request."""
        caller: Any = request.user
        self._wait_s = seconds_to_wait(caller.id, now=timezone.now())
        return self._wait_s == 0

    def wait(self) -> float:
        """Return the seconds until the next one."""
        return float(self._wait_s)
