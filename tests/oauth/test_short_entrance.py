"""The short entrance does none of the work of Django's handler."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.urls import resolvers

from clients_app.http import operation_ids
from tests.oauth import wsgi
from tests.oauth.request_cases import GRANT
from tests.oauth.wsgi import basic, form


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each part of Django's handler ran; they are counted, not replaced."""
    done: Counter[str] = Counter()

    def count(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def counted(*args: Any, **more: Any) -> Any:
            done[name] += 1
            return real(*args, **more)

        monkeypatch.setattr(owner, name, counted)

    count(BaseHandler, "get_response")  # which runs the middleware
    count(WSGIRequest, "__init__")
    count(resolvers.URLResolver, "resolve")
    count(operation_ids, "begin")
    return done


@pytest.mark.parametrize(
    ("entrance", "runs_django"),
    [(wsgi.through_django, True), (wsgi.through_the_short_entrance, False)],
)
def test_only_the_long_entrance_runs_django(
    good: SimpleNamespace, work: Counter[str], entrance: Any, runs_django: bool
):
    asked = wsgi.environ(authorization=basic(good.id, good.plain), body=form(GRANT))

    assert entrance(asked).status == 200
    parts = {"get_response", "__init__", "resolve", "begin"}
    assert set(work) == (parts if runs_django else set())
