"""TLS_KEY: kinds of keys that the server supports, and those that its start refuses (DEP-8)."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.server.tls_files import check_tls
from tests.portal_process import PortalProcess
from tests.prepared_portal import prepared_portal

pytestmark = pytest.mark.one_database


def new_certificate(folder: Path, *kind: str) -> tuple[Path, Path]:
    """Return the files of a certificate and its key, of a kind as openssl names it."""
    files = (folder / "certificate.pem", folder / "key.pem")
    made = ("-x509", "-nodes", "-subj", "/CN=localhost", "-days", "1")
    command = ("openssl", "req", *made, "-out", files[0], "-keyout", files[1], "-newkey", *kind)
    subprocess.run(command, check=True, capture_output=True)
    return files


def ec(curve: str) -> tuple[str, ...]:
    return ("ec", "-pkeyopt", f"ec_paramgen_curve:{curve}")


@pytest.mark.parametrize("kind", [ec("P-256"), ec("P-384"), ("ed25519",), ("rsa:2048",)])
def test_key_that_the_server_supports_is_accepted(
    tmp_path: Path, settings: Any, kind: tuple[str, ...]
) -> None:
    settings.TLS_FILES = new_certificate(tmp_path, *kind)

    check_tls()


@pytest.mark.parametrize(
    "kind", [ec("secp521r1"), ec("secp256k1"), ("ed448",), ("rsa:1024",), ("rsa-pss",)]
)
def test_key_that_the_server_does_not_support_is_refused(
    tmp_path: Path, settings: Any, kind: tuple[str, ...]
) -> None:
    settings.TLS_FILES = new_certificate(tmp_path, *kind)

    with pytest.raises(ImproperlyConfigured, match="of a kind that this server does not support"):
        check_tls()


def test_start_with_a_key_on_p521_is_refused_with_one_sentence(tmp_path: Path) -> None:
    certificate, key = new_certificate(tmp_path, *ec("secp521r1"))
    key.chmod(0o600)
    portal = PortalProcess(tmp_path / "var", like=prepared_portal())

    done = portal.manage("serve", TLS_CERT=str(certificate), TLS_KEY=str(key))

    assert done.returncode == 1
    assert done.stderr == (
        f"TLS_KEY {key} is of a kind that this server does not support; set TLS_CERT and TLS_KEY "
        "to a certificate and its key on P-256 or P-384, of Ed25519, or of RSA with 2048 to 8192 "
        "bits.\n"
    )
