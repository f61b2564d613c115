"""What a client needs to prove itself: addresses, names and programs, by its credential."""

import json
from shlex import quote
from typing import Any, Final, NamedTuple
from urllib.parse import quote as percent
from urllib.parse import unquote, urlsplit

from clients_app import conf
from clients_app.models import Client, ClientKey, FederatedIdentity
from clients_app.rules.client_types import LOGOUT_REDIRECT, REDIRECT, ClientType
from clients_app.rules.federation.preset import Preset
from clients_app.rules.federation.presets import PRESETS
from clients_app.rules.federation.trust import pairs
from clients_app.selectors.apis.may_call import reach_of
from clients_app.web.asked_apis import asked_apis
from clients_app.web.programs import SIGNING, by_identity, by_key, by_secret, signing_in

Credential = ClientKey | FederatedIdentity | None


class Metadata(NamedTuple):
    """The address at which a platform gives a token to its machines: JSON, or the token alone."""

    address: str
    header: str
    value: str
    member: str = ""


_ALGORITHMS: Final = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
#: where the pod of our example has its token
MOUNTED: Final = "/var/run/portal/token"
_METADATA: Final = {
    "entra": Metadata(
        "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=",
        "Metadata",
        "true",
        "access_token",
    ),
    "google": Metadata(
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default"
        "/identity?audience=",
        "Metadata-Flavor",
        "Google",
    ),
}
_NO_KID_MAX: Final = 3  # keys of a client; with more, an assertion names its key (CRE-3)


def connection_of(
    client: Client, credential: Credential, *, plain: str = "CLIENT_SECRET"
) -> dict[str, Any]:
    """Return the context of the windows that say how ``client`` connects by ``credential``.

    None is a secret, which is ``plain``, or nothing.
    """
    by_secret = credential is None and client.type.has_secrets
    context = {
        **connection(client.type, str(client.pk), plain=plain if by_secret else ""),
        **(_sign_in_of(client) if client.type.signs_people_in else asked_apis(client)),
    }
    if isinstance(credential, ClientKey):
        keys = client.keys.present().exclude(jwk=None)
        names_key = credential.jwk and keys.count() > _NO_KID_MAX
        kid = credential.jwk["kid"] if names_key and credential.jwk else ""
        context |= _of_key(client.type, algorithm_of(credential)) | {"kid": kid}
    elif isinstance(credential, FederatedIdentity):
        preset = PRESETS.get(credential.preset, PRESETS["other"])
        given = {"audience": credential.audience, "rule": credential.subject_rule}
        context |= _of_identity(client.type, preset, **given)
    return context


def connection(client_type: ClientType, client_id: str, *, plain: str) -> dict[str, Any]:
    """Return the context of programs by the secret ``plain``; "" is none."""
    signs_in = client_type.signs_people_in
    return {
        "client_id": client_id,
        "issuer": conf.issuer(),
        "token_address": f"{conf.issuer()}/connect/token",
        "plain": plain,
        "has_secret": bool(plain),
        "programs": signing_in(by_server=client_type.has_secrets) if signs_in else by_secret(),
    }


def connection_by_way(client_type: ClientType, client_id: str, way: str) -> dict[str, Any]:
    """Return the context of programs for no client in particular: by a key, or by a platform."""
    context = connection(client_type, client_id, plain="")
    if way not in PRESETS:
        return context | _of_key(client_type, _ALGORITHMS["EC"])
    rule = "system:serviceaccount:YOUR_NAMESPACE:YOUR_SERVICE_ACCOUNT"
    return context | _of_identity(client_type, PRESETS[way], audience=conf.issuer(), rule=rule)


def sign_in_context(redirect_uri: str, *, logout_uri: str = "", scope: str) -> dict[str, Any]:
    """Return what programs of applications that people sign in to need beside the connection."""
    return {
        "redirect_uri": redirect_uri,
        "redirect_path": urlsplit(redirect_uri).path if "/" in redirect_uri else "/callback",
        "logout_uri": logout_uri,
        "scope": f"openid profile {scope}".strip(),
    }


def _sign_in_of(client: Client) -> dict[str, Any]:
    urls = list(client.urls.values_list("kind", "url"))
    first = dict(reversed(urls))  # of each kind
    default = reach_of(client).default
    return sign_in_context(
        first.get(REDIRECT.id, ""),
        logout_uri=first.get(LOGOUT_REDIRECT.id, ""),
        scope=default.default_scope if default else "",
    )


def _of_key(client_type: ClientType, algorithm: str) -> dict[str, Any]:
    context = {
        "audience": conf.issuer(),
        "algorithm": algorithm,
        **SIGNING[algorithm]._asdict(),
    }
    return context if client_type.signs_people_in else context | {"programs": by_key(algorithm)}


def algorithm_of(key: ClientKey) -> str:
    """Return the algorithm with which the programs sign; of published keys nobody knows."""
    jwk = key.jwk or {}
    named = str(jwk.get("alg") or _ALGORITHMS.get(jwk.get("kty", ""), "ES256"))
    return named if named in SIGNING else "EdDSA"  # which RFC 9864 calls Ed25519


def _of_identity(
    client_type: ClientType, preset: Preset, *, audience: str, rule: str
) -> dict[str, Any]:
    in_file, metadata = preset.key == "kubernetes", _METADATA.get(preset.key)
    if metadata:
        named = percent(audience, safe="")
        metadata = metadata._replace(address=metadata.address + named)
    context = {
        "audience": audience,
        "audience_json": json.dumps(audience),
        "audience_shell": quote(audience),
        "audience_claims": quote(json.dumps({"aud": audience})),
        "platform": preset,
        "token_file": MOUNTED if in_file else "",
        "metadata": metadata,
        **_names_in(rule),
    }
    programs = by_identity(preset, in_file=in_file)
    if client_type.signs_people_in:  # its pod, but no job: a person signs in
        programs = [*signing_in(by_server=True), *(programs[:1] if in_file else ())]
    return context | {"programs": programs}


def _names_in(rule: str) -> dict[str, str]:
    """Return what a file of a platform repeats of the subject rule, as YAML; "" if open."""
    pins, parts = pairs(rule), [*rule.split(":"), "", "", "", ""]
    named = {
        "environment": unquote(pins.get("environment", "")),
        "namespace": parts[2],
        "service_account": parts[3],
    }
    return {name: "" if "*" in text else json.dumps(text) for name, text in named.items() if text}
