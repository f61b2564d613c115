"""What a machine needs to prove itself: addresses, names and programs, by its credential."""

import json
from shlex import quote
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from django.utils.translation import gettext

from clients_app import conf
from clients_app.models import Client, ClientKey, FederatedIdentity
from clients_app.rules.federation.presets import PRESETS
from clients_app.rules.federation.trust import pairs
from clients_app.web.asked_apis import asked_apis


class Program(NamedTuple):
    """A tab of "Connect your application"; ``kind`` chooses its template and shows it."""

    kind: str
    label: str
    template: str


Credential = ClientKey | FederatedIdentity | None

_ALGORITHMS: Final = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
#: how the files are called in which a platform's jobs are written; others run a shell
_FILES: Final = {
    "github": ".github/workflows/token.yml",
    "gitlab": ".gitlab-ci.yml",
    "bitbucket": "bitbucket-pipelines.yml",
    "circleci": ".circleci/config.yml",
    "kubernetes": "pod.yml",
}
#: where the pod of our example has its token
MOUNTED: Final = "/var/run/portal/token"
_CURL: Final = Program("curl", "curl", "clients_app/snippets/_assertion_curl.html")
_OPENSSL: Final = Program("curl", "curl", "clients_app/snippets/_assertion_openssl.html")
_PYTHON: Final = Program("python", "Python", "clients_app/snippets/_assertion_python.html")
_NODE: Final = Program("node", "Node.js", "clients_app/snippets/_assertion_node.html")
_ENV: Final = Program("env", ".env", "clients_app/snippets/_assertion_env.html")


def connection_of(client: Client, credential: Credential) -> dict[str, Any]:
    """Return the context of the windows that say how ``client`` connects by ``credential``.

    None is a secret, or nothing.
    """
    context = {
        "client_id": str(client.pk),
        "issuer": conf.issuer(),
        "token_address": f"{conf.issuer()}/connect/token",
        **asked_apis(client),
    }
    if isinstance(credential, ClientKey):
        context |= _of_key(credential)
    elif isinstance(credential, FederatedIdentity):
        context |= _of_identity(credential)
    return context


def _of_key(key: ClientKey) -> dict[str, Any]:
    algorithm = algorithm_of(key)
    by_shell = [_OPENSSL] if algorithm in ("ES256", "RS256") else []
    return {
        "credential": key,
        "audience": conf.issuer(),
        "algorithm": algorithm,
        "programs": [_PYTHON, _NODE, *by_shell, _ENV],
    }


def algorithm_of(key: ClientKey) -> str:
    """Return the algorithm with which the programs sign; of published keys nobody knows."""
    jwk = key.jwk or {}
    return str(jwk.get("alg") or _ALGORITHMS.get(jwk.get("kty", ""), "ES256"))


def _of_identity(identity: FederatedIdentity) -> dict[str, Any]:
    preset = PRESETS.get(identity.preset, PRESETS["other"])
    job = Program(
        "job",
        _FILES.get(preset.key, gettext("Shell")),
        f"clients_app/snippets/jobs/_{preset.key}.html",
    )
    in_file = preset.key == "kubernetes"
    return {
        "credential": identity,
        "audience": identity.audience,
        "audience_json": json.dumps(identity.audience),
        "audience_shell": quote(identity.audience),
        "audience_claims": quote(json.dumps({"aud": identity.audience})),
        "platform": preset,
        "programs": [job, *([_CURL] if in_file else []), _PYTHON, _NODE],
        "token_file": MOUNTED if in_file else "",
        **_names_in(identity.subject_rule),
    }


def _names_in(rule: str) -> dict[str, str]:
    """Return what a file of a platform repeats of the subject rule, as YAML; "" if open."""
    pins, parts = pairs(rule), [*rule.split(":"), "", "", "", ""]
    named = {
        "environment": unquote(pins.get("environment", "")),
        "namespace": parts[2],
        "service_account": parts[3],
    }
    return {name: "" if "*" in text else json.dumps(text) for name, text in named.items() if text}
