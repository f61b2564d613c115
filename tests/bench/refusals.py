"""What an attacker can learn from response times: SEC-6 and SEC-7.

tests/oauth/test_timing.py tests that all responses take the same work.
"""

import base64
import http.client
import statistics
import time
from contextlib import ExitStack, closing
from pathlib import Path
from uuid import uuid4

from clients_app.rules.secret_format import new_secret
from tests.bench.portal import TOKEN_PATH, BenchPortal

REQUESTS = 400  # per kind
SETUP = """
from django.utils import timezone
from clients_app.models import Client, ClientSecret
from clients_app.services.secrets.digests import stored_form
now = timezone.now()
Client.objects.filter(pk={disabled!r}).update(is_enabled=False)
Client.objects.filter(pk={removed!r}).update(removed_at=now)
ClientSecret.objects.filter(client={expired!r}).update(expires_at=now)
ClientSecret.objects.filter(client={retired!r}).update(removed_at=now)
for plain in {more!r}:
    stored = stored_form(plain, client_id=Client.objects.get(pk={ten!r}).pk)
    ClientSecret.objects.create(
        client_id={ten!r}, created_at=now, created_by="bench", **stored._asdict()
    )
"""
Pair = tuple[str, str]


def figures(folder: Path, stack: ExitStack) -> list[tuple[str, str, str]]:
    """Return the spread of refusals by reason, and of the first and last of ten secrets."""
    portal = stack.enter_context(BenchPortal(folder / "var", TRUSTED_PROXIES="127.0.0.1"))
    names = ("wrong", "disabled", "removed", "expired", "retired", "ten")
    pairs = dict(zip(names, portal.pairs, strict=False))
    more = [new_secret() for _ in range(9)]
    ids = {name: client_id for name, (client_id, _) in pairs.items()}
    done = portal.manage("shell", "-v", "0", "-c", SETUP.format(more=more, **ids))
    assert done.returncode == 0, done.stderr
    ten, first = pairs.pop("ten")
    refused = {**pairs, "unknown": (str(uuid4()), new_secret()), "wrong": (ids["wrong"], more[0])}
    good = {"first of ten": (ten, first), "last of ten": (ten, more[-1])}
    return [
        ("spread of the medians of refusals", "<= 2 ms or 35 %", spread(portal.port, refused, 401)),
        ("the same, first and last of ten secrets", "<= 100 %", spread(portal.port, good, 200)),
    ]


def spread(port: int, pairs: dict[str, Pair], status: int) -> str:
    """Return the spread of the medians, and the medians."""
    times: dict[str, list[float]] = {name: [] for name in pairs}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as wire:
        for number in range(REQUESTS):
            for (
                name,
                pair,
            ) in pairs.items():  # taking turns, so that each source fails only a few times
                headers = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Authorization": f"Basic {base64.b64encode(':'.join(pair).encode()).decode()}",
                    "X-Forwarded-For": f"192.0.{number // 250}.{number % 250}",
                }
                start = time.perf_counter()
                wire.request("POST", TOKEN_PATH, b"grant_type=client_credentials", headers)
                answer = wire.getresponse()
                answer.read()
                times[name].append(time.perf_counter() - start)
                assert answer.status == status, (name, answer.status)
    medians = {name: statistics.median(taken) * 1000 for name, taken in times.items()}
    least, most = min(medians.values()), max(medians.values())
    each = ", ".join(f"{name} {median:.2f}" for name, median in medians.items())
    return f"{most - least:.2f} ms, {most / least - 1:.0%} ({each} ms)"
