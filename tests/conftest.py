"""Fixtures for all tests: browsers of the standing actors, a client, and the running portal."""

import gc
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import argon2
import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import update_last_login
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.core.signals import setting_changed
from django.db import connection, connections
from django.dispatch import receiver
from django.test import Client as Browser
from django.test import TransactionTestCase

from clients_app import conf
from clients_app.identity.password_hashers import PasswordHasher
from clients_app.identity.session_store import SessionStore
from clients_app.models import Client, ClientSecret, Person, Tenant, append_only
from clients_app.services.activity import refused_attempts
from clients_app.services.secrets import digests
from clients_app.services.signing_keys import public_keys
from clients_app.services.usage import counts, refused_requests
from tests import run
from tests.factories import make_client
from tests.portal_process import PortalProcess, as_text
from tests.prepared_portal import collect_static_files_once, new_portal, use_prepared_tables

pytest_plugins = ["tests.shared_rows", "tests.standing_actors"]
gc.set_threshold(50_000, 20, 20)  # most of what importing and collecting tests makes stays

# The same examples in every run, so that a failure shows the change that caused it. No deadline: a
# busy machine is slow. `HYPOTHESIS_PROFILE=search` looks for new examples.
hypothesis.settings.register_profile("portal", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "portal"))

FULL_COST = digests.hasher
TransactionTestCase.databases = set(connections)  # the short-lived rows have their own database


@receiver(setting_changed)
def _read_settings_again(**_: object) -> None:
    """Make a changed setting take effect: a process reads each only once."""
    for function in vars(conf).values():
        if hasattr(function, "cache_clear"):
            function.cache_clear()


class Machine(NamedTuple):
    """A Client-Credentials client that knows its secret."""

    client: Client
    secret: ClientSecret
    plain: str


@pytest.fixture
def now() -> datetime:
    """The current moment, aware UTC."""
    return datetime.now(UTC)


@pytest.fixture
def machine(tenant: Tenant, now: datetime) -> Machine:
    """A Client-Credentials client named "Wind park reader" with one live secret."""
    made = make_client("Wind park reader", tenant, now=now, expires_at=now + timedelta(days=365))
    assert made.secret is not None
    return Machine(made.client, made.secret, made.plain)


@pytest.fixture
def administrator_browser(administrator: Person) -> Browser:
    """Mara's browser, signed in with the password a moment ago."""
    return browser_of(administrator)


@pytest.fixture
def colleague_browser(colleague: Person) -> Browser:
    """Jonas's browser, signed in with the password a moment ago."""
    return browser_of(colleague)


@pytest.fixture
def stranger_browser(stranger: Person) -> Browser:
    """Zofia's browser, signed in with the password a moment ago."""
    return browser_of(stranger)


@pytest.fixture
def browser() -> Browser:
    """A signed-out browser that enforces CSRF checks like a real one."""
    return Browser(enforce_csrf_checks=True)


@pytest.fixture
def dump_of_every_table(db: None) -> Callable[[], str]:
    """A function that returns the text of all rows of all tables."""
    return _dump


@pytest.fixture(scope="session")
def live_portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """The real server, running in its own process; its administrator is Mara.

    It runs for the whole session: what a test adds stays there for the others.
    """
    yield from new_portal(tmp_path_factory.mktemp("live"))


@pytest.fixture
def own_portal(tmp_path: pytest.TempPathFactory) -> Iterator[PortalProcess]:
    """A running real server for this test only: it may be stopped, killed and started."""
    yield from new_portal(tmp_path)


def browser_of(person: Person, *, proof_age: timedelta = timedelta()) -> Browser:
    """Return a browser signed in as ``person``, who gave their password ``proof_age`` ago.

    The session is written once; `force_login` writes it four times, under two keys.
    """
    browser, session = Browser(), SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    _set_proof_age(session, person, proof_age)
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    update_last_login(None, person)
    return browser


def set_proof_age(browser: Browser, person: Person, age: timedelta) -> None:
    """Give the session of ``browser`` a proof of identity of ``person`` from ``age`` ago."""
    session = browser.session
    _set_proof_age(session, person, age)
    session.save()


def _set_proof_age(session: SessionBase, person: Person, age: timedelta) -> None:
    session["account_authentication_methods_user"] = str(person.pk)
    given_at = time.time() - age.total_seconds()
    session["account_authentication_methods"] = [{"method": "password", "at": given_at}]


def _dump() -> str:
    with connection.cursor() as cursor:
        texts = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  constants only
            texts.append(f"{table}: {as_text(cursor.fetchall())}")
    return "\n".join(texts)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    run.mark_one_database(items)
    yield  # pytest leaves out what is not for this database, and pytest-django sorts
    run.put_slow_first(items)
    gc.freeze()  # what is imported now stays: the collector need not look at it again and again


def pytest_sessionfinish(session: pytest.Session) -> None:
    run.fail_if_any_was_skipped(session)


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> None:
    """Collect the static files as the first start does: pages name them by their hashes."""
    collect_static_files_once()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, _static_files: None
) -> None:
    """Give the database of the tests its tables before pytest-django creates it."""
    use_prepared_tables()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Do not delete the file that `use_prepared_tables` has copied."""
    return connection.vendor == "sqlite" and "PYTEST_XDIST_TESTRUNUID" in os.environ


@pytest.fixture(autouse=True)
def _no_keys_of_other_tests() -> None:
    """Forget the public keys that the process remembers."""
    public_keys.forget()


@pytest.fixture(autouse=True)
def _no_counts_of_other_tests() -> None:
    """Reset all counters: rate limits count in the cache, usage in memory."""
    cache.clear()
    refused_attempts.forget()
    counts.issued.take()
    refused_requests.refused.take()


@pytest.fixture(scope="session", autouse=True)
def _cheap_digests() -> Iterator[None]:
    """Make digests cheap; running portals and tests of the digest use the full cost."""
    cheap = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digests, "hasher", argon2.PasswordHasher(**cheap))
        for name, cost in cheap.items():
            patch.setattr(PasswordHasher, name, cost)
        yield


@pytest.fixture
def full_digests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Digests at their production cost."""
    monkeypatch.setattr(digests, "hasher", FULL_COST)


@pytest.fixture(scope="session", autouse=True)
def _flush_in_spite_of_triggers() -> Iterator[None]:
    """Let tests with real transactions be cleaned up although audit rows are append-only."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(case: TransactionTestCase) -> None:
        append_only.drop(connection)
        try:
            flush(case)
        finally:
            append_only.create(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield
