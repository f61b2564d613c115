"""Providers of single sign-on as the environment describes them."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from clients_app.rules.sign_on_providers import SignOnProvider
from portal.sign_on_providers import providers
from tests.refused_values import refused_values

pytestmark = pytest.mark.one_database

ONE = {"OIDC_ISSUER": "https://login.example.com/x", "OIDC_CLIENT_ID": "portal"}


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch):
    def set_and_read(**variables: str) -> tuple[SignOnProvider, ...]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return providers()

    return set_and_read


def test_no_provider_is_set_by_default(found) -> None:
    assert found() == ()


def test_provider_has_defaults(found) -> None:
    (one,) = found(**ONE)

    assert one == SignOnProvider(
        id="1",
        issuer="https://login.example.com/x",
        client_id="portal",
        client_secret="",
        name="login.example.com",
    )


def test_provider_has_all_that_is_set(found, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)

    (first, second) = found(
        **ONE,
        OIDC_2_ISSUER="http://127.0.0.1:9000",
        OIDC_2_CLIENT_ID="two",
        OIDC_2_CLIENT_SECRET_FILE=str(secret),
        OIDC_2_NAME="Second",
        OIDC_2_SCOPES="email groups",
        OIDC_2_TENANT="Herons Ltd",
        OIDC_2_CREATE_PEOPLE="on",
        OIDC_2_ROLES_CLAIM="groups",
        OIDC_2_ROLES_MAP="cn=admins,dc=x=Tenant Administrator; ops=Tenant Viewer;",
    )

    assert first.id == "1"
    assert second == SignOnProvider(
        id="2",
        issuer="http://127.0.0.1:9000",
        client_id="two",
        client_secret="s3cret",
        name="Second",
        scopes=("openid", "email", "groups"),
        tenant="Herons Ltd",
        creates_people=True,
        roles_claim="groups",
        roles_map=(("cn=admins,dc=x", "Tenant Administrator"), ("ops", "Tenant Viewer")),
    )
    assert "s3cret" not in repr(second)


@refused_values(
    OIDC_ISSUER=dict.fromkeys(
        ("http://login.example.com", "https://login.example.com?x=1", "login.example.com"),
        "set it to an address such as",
    ),
    OIDC_ROLES_MAP={
        "admins": "OIDC_ROLES_MAP is 'admins'; set it to pairs such as",
        "=Tenant Viewer": "set it to pairs such as",
    },
    OIDC_CREATE_PEOPLE={"yes": "set it to one of off, on."},
    OIDC_NAME={"x" * 41: "set it to one line of at most 40 characters."},
    OIDC_SCOPES={'a"b': "set it to words without quotes"},
)
def test_provider_with_an_invalid_setting_is_refused(
    found, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        found(**ONE | {name: value})

    assert sentence in str(refused.value)


def test_two_providers_with_one_issuer_are_refused(found) -> None:
    with pytest.raises(ImproperlyConfigured, match="Two providers have the same OIDC_ISSUER"):
        found(**ONE, OIDC_2_ISSUER=ONE["OIDC_ISSUER"], OIDC_2_CLIENT_ID="y")
