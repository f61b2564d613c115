"""Settings with secrets in files: read from there, and refused if others may read them."""

import runpy
from pathlib import Path

import pytest

from tests.portal_process import CHECKOUT, PortalProcess
from tests.server.started_portals import refusal

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("name", "content", "setting", "found"),
    [
        ("DATABASE_URL", "postgres://u:pw@h/d\n", "DATABASES", "'PASSWORD': 'pw'"),
        ("CACHE_URL", "rediss://u:pw@h/1\n", "CACHES", "rediss://u:pw@h/1"),
        ("MAIL_URL", "smtp://u:pw@h:25\n", "MAIL", "'EMAIL_HOST_PASSWORD': 'pw'"),
        ("SECRET_KEY_FALLBACKS", "one two\n", "SECRET_KEY_FALLBACKS", "['one', 'two']"),
    ],
)
def test_setting_with_a_password_can_be_in_a_file(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    name: str,
    content: str,
    setting: str,
    found: str,
) -> None:
    """DEP-22."""
    file = tmp_path / "url"
    file.touch(mode=0o600)
    file.write_text(content)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(file))

    settings = runpy.run_path(str(CHECKOUT / "portal/settings.py"))

    assert found in str(settings[setting])


@pytest.mark.parametrize(
    "name", ["SECRET_KEY_FILE", "PORTAL_ADMIN_PASSWORD_FILE", "DATABASE_URL_FILE", "TLS_KEY"]
)
def test_start_with_a_secret_that_others_may_read_is_refused(
    with_tables: PortalProcess, tmp_path: Path, name: str
) -> None:
    file = tmp_path / "a secret"
    file.write_text("x" * 60)
    file.chmod(0o644)
    certificate = {"TLS_CERT": str(file)} if name == "TLS_KEY" else {}

    assert refusal(with_tables, **{name: str(file)}, **certificate) == (
        f"{name} {file} may be read by other users; run `chmod 600 '{file}'`."
    )
