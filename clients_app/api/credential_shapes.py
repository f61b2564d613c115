"""The models of secrets, public keys, federated identities and tested tokens, as JSON Schemas."""

from typing import Any, Final

from clients_app.api.schemas import (
    FLAG,
    MOMENT,
    OBJECT,
    STRING,
    TEXTS,
    WHOLE,
    or_null,
    ref,
    sent_model,
    whole,
)
from clients_app.api.serializers import credentials, secrets
from clients_app.api.serializers.fields import Model

_BEGIN: Final = {
    "Id": WHOLE,
    "Description": STRING,
    "Expiration": or_null(MOMENT),
    "Expires": FLAG,
    "Created": MOMENT,
}
_USED: Final = {"LastUsed": or_null(MOMENT)}
_RULES: Final = {
    "Subject": STRING,
    "Claims": TEXTS,
    "Grade": {"enum": ["safe", "caution", "dangerous"]},
    "GradeReason": STRING,
}
_NUMBERS: Final = dict.fromkeys(("PublicKeyId", "FederatedIdentityId"), or_null(WHOLE))


def credential_models() -> dict[str, Any]:
    """Return the models of the credentials of a client by name."""
    return {**_secrets(), **_keys(), **_identities(), **_trials()}


def new_client(name: str) -> dict[str, Any]:
    """Return the model of a new client of the model ``name``, with its first credential."""
    secret = {
        "Secret": {"type": "string", "pattern": "^pcs_[0-9A-Za-z]{49}$"},
        "Id": WHOLE,
        "Description": STRING,
        "ExpirationDate": or_null(MOMENT),
    }
    others = {one: ref(f"New{one}") for one in ("PublicKey", "FederatedIdentity")}
    model = whole({"Client": ref(name)})
    model["properties"] |= {**secret, **others}
    return model


def _secrets() -> dict[str, Any]:
    either = {"Secret": STRING, "EncryptedSecret": STRING}
    rotated = whole({**_BEGIN, "OldSecret": whole(_BEGIN)})
    rotated["properties"] |= either
    sent = _sent(secrets.NewSecretModel)
    sent["properties"] |= _USED
    return {
        "ClientSecret": whole({**_BEGIN, **_USED}),
        "NewClientSecret": whole({"Secret": STRING, **_BEGIN}),
        "RotatedClientSecret": rotated,
        "ClientSecretBody": sent,
        "RotateBody": sent_model(secrets.RotateModel),
    }


def _keys() -> dict[str, Any]:
    key = {
        **_BEGIN,
        "Jwk": or_null(OBJECT),
        "Thumbprint": or_null(STRING),
        "JwksUrl": or_null(STRING),
    }
    fetched = {"LastFetched": or_null(MOMENT), "FetchFailure": or_null(STRING)}
    return {
        "PublicKey": whole({**key, **_USED, **fetched}),
        "NewPublicKey": whole(key),
        "RotatedPublicKey": whole({**key, "OldKey": whole(key)}),
        "RotatePublicKeyBody": _sent(credentials.RotateKeyModel),
        "NewPublicKeyBody": _sent(credentials.NewKeyModel),
        "PublicKeyBody": _sent(credentials.KeyModel),
    }


def _identities() -> dict[str, Any]:
    texts = dict.fromkeys(("Platform", "Issuer", "Audience"), STRING)
    identity = {**_BEGIN, **texts, **_RULES, "Jwks": or_null(OBJECT)}
    return {
        "FederatedIdentity": whole({**identity, **_USED}),
        "NewFederatedIdentity": whole(identity),
        "FederatedIdentityBody": _sent(credentials.IdentityModel),
    }


def _trials() -> dict[str, Any]:
    texts = dict.fromkeys(("Claim", "Sent", "Expected"), STRING)
    checks = {"type": "array", "items": ref("Check")}
    return {
        "Check": whole({**texts, "Fits": FLAG, "Problem": or_null(STRING)}),
        "NearMiss": whole(
            {
                "Id": WHOLE,
                "Time": MOMENT,
                "Address": or_null(STRING),
                "Signed": FLAG,
                **_NUMBERS,
                "Checks": checks,
                "Fit": or_null(whole({"Issuer": STRING, **_RULES})),
            }
        ),
        "TokenBody": sent_model(credentials.TokenModel, requires=("Token",)),
        "Trial": whole({"Accepted": FLAG, **_NUMBERS, "Description": STRING, "Checks": checks}),
    }


def _sent(model: type[Model]) -> dict[str, Any]:
    """Return the schema of a body, whose Id is a number."""
    schema = sent_model(model)
    schema["properties"]["Id"] = or_null(WHOLE)
    return schema
