"""CACHE_URL: counts in a Redis or Valkey server, and in the database while it is away (AVA-15)."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from clients_app.models import Person, SharedValue
from clients_app.services import outside_cache
from portal import connections
from tests.background import running_process
from tests.free_ports import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
AWAY = "The server of CACHE_URL is away"


@pytest.fixture
def stop_server(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """A server that CACHE_URL names, and a function that stops it."""
    port = free_port()
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with running_process(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        for line in server.stdout:
            if "Ready to accept connections" in line:
                break
        threading.Thread(target=server.stdout.read, daemon=True).start()

        def stop() -> None:
            server.kill()
            server.wait()

        try:
            monkeypatch.setenv("CACHE_URL", f"rediscache://127.0.0.1:{port}/1")
            monkeypatch.setitem(outside_cache.away, "until", 0.0)
            settings.CACHES = {"default": connections.cache()}
            yield stop
        finally:  # Popen waits for it
            stop()


def ask_for_link(address: str) -> int:
    return Browser().post("/forgot-password", {"email": address}).status_code


def test_values_are_in_the_server_and_as_they_were_stored(stop_server: Callable[[], None]) -> None:
    for value in (True, 3, "y", [1732363200.25, 1], []):
        cache.set("a", value, 60)
        assert cache.get("a") == value
    assert cache.add("b", 1, 60)
    assert not cache.add("b", 2, 60)
    assert cache.delete("b")
    assert cache.get("b", "none") == "none"
    assert not SharedValue.objects.exists()


def test_requests_are_counted_in_the_database_while_the_server_is_away(
    administrator: Person,
    stop_server: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
    settings: Any,
) -> None:
    settings.MAIL = {"EMAIL_HOST": "localhost"}
    assert ask_for_link("mara@example.com") == 200
    assert AWAY not in caplog.text
    assert not SharedValue.objects.exists()
    stop_server()

    assert [ask_for_link(f"mara{number}@example.com") for number in range(2)] == [200, 200]
    assert caplog.text.count(AWAY) == 1
    assert SharedValue.objects.filter(name__contains="reset_password").exists()
    answers = [ask_for_link("mara@example.com") for _ in range(20)]
    assert answers[-1] == 429


def test_server_that_returns_is_used_again(
    stop_server: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(outside_cache.away, "until", float("inf"))
    cache.set("a", "of the table", 60)
    monkeypatch.setitem(outside_cache.away, "until", 0.0)

    assert cache.get("a") is None
    cache.set("a", "of the server", 60)
    assert cache.get("a") == "of the server"
