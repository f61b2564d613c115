"""`/livez`, `/readyz` and `/metrics`: access and responses (NTC-1, AVA-10)."""

import errno
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client as Browser

from clients_app.models import Tenant
from clients_app.services.signing_keys import private_keys


@pytest.fixture
def _no_loaded_keys() -> Iterator[None]:
    private_keys.forget()
    yield
    private_keys.forget()


def broken_database(*_: Any) -> Any:
    raise OperationalError("the database of 10.0.0.7 is away")


def test_livez_makes_no_query(probe: Browser) -> None:
    reply = probe.get("/livez")  # this test has no access to the database

    assert (reply.status_code, reply.content, reply["Content-Type"]) == (
        200,
        b"alive\n",
        "text/plain",
    )


def test_readyz_without_a_key_gives_503(probe: Browser, tenant: Tenant) -> None:
    assert probe.get("/readyz").status_code == 503


@pytest.mark.usefixtures("key")
def test_readyz_with_a_key_and_a_database_gives_200(probe: Browser) -> None:
    reply = probe.get("/readyz")

    assert (reply.status_code, reply.content) == (200, b"ready\n")


@pytest.mark.usefixtures("key")
def test_readyz_without_a_database_gives_503_without_details(
    probe: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.db.models.query.QuerySet._fetch_all", broken_database)
    monkeypatch.setattr(connection, "close", lambda: None)

    assert probe.get("/livez").status_code == 200
    reply = probe.get("/readyz")
    assert (reply.status_code, reply.content) == (503, b"not ready\n")


@pytest.mark.usefixtures("_no_loaded_keys", "key")
def test_readyz_with_a_key_that_cannot_be_decrypted_gives_503(
    probe: Browser, settings: Any
) -> None:
    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-0123456789"

    assert probe.get("/readyz").status_code == 503


@pytest.mark.usefixtures("key")
def test_readyz_without_writable_head_files_gives_503(
    probe: Browser, tmp_path: Any, settings: Any
) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file"

    assert probe.get("/readyz").status_code == 503


@pytest.mark.usefixtures("key")
def test_readyz_with_a_full_disk_gives_503_on_sqlite(
    probe: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small change of the database still fits in its file."""

    def full_disk(**_: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(
        "clients_app.services.readiness.tempfile", SimpleNamespace(TemporaryFile=full_disk)
    )

    is_sqlite = connection.vendor == "sqlite"
    assert probe.get("/readyz").status_code == (503 if is_sqlite else 200)


@pytest.mark.usefixtures("key")
def test_probes_are_not_redirected_to_https(probe: Browser, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert [probe.get(path).status_code for path in ("/livez", "/readyz", "/metrics")] == [
        200,
        200,
        404,
    ]


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_refuse_post(probe: Browser, path: str) -> None:
    assert probe.post(path).status_code == 405


@pytest.mark.usefixtures("key")
def test_readyz_with_tables_of_an_older_version_gives_503(probe: Browser) -> None:
    """AVA-10. Those of a newer version have all that this one needs (AVA-8)."""
    recorder = MigrationRecorder(connection)
    recorder.record_applied("clients_app", "9999_newer")
    assert probe.get("/readyz").status_code == 200

    recorder.record_unapplied("clients_app", "0001_initial")

    assert (probe.get("/readyz").status_code, probe.get("/readyz/tokens").status_code) == (503, 503)
