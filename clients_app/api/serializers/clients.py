"""The models of clients that a body may hold, by Client Type."""

from typing import Any, Final

from clients_app.api.serializers.credentials import (
    IDENTITY_PROPERTIES,
    KEY_PROPERTIES,
    IdentityModel,
    NewKeyModel,
)
from clients_app.api.serializers.fields import (
    Flag,
    Guid,
    Inner,
    Model,
    Moment,
    Several,
    Text,
    Whole,
)
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import AUTHORIZATION_CODE, CLIENT_CREDENTIALS, HYBRID

#: What drafts of the services call by other names than the models.
PROPERTIES: Final = {
    "id": "Id",
    "name": "Name",
    "token_lifetime": "AccessTokenLifetime",
    "tags": "Tags",
    "roles": "RoleIds",
    **{line.name: line.prop for line in (*LINES, *APPLICATION_URLS)},
    "may_introspect": "MayIntrospectTokens",
    "may_rotate_own_secrets": "MayRotateOwnSecrets",
    "may_add_secrets": "MayAddSecrets",
    "demands_assertion_type": "DemandsAssertionType",
    "accepts_token_endpoint_audience": "AcceptsTokenEndpointAudience",
    "redirect_uris": "RedirectUris",
    "logout_uris": "PostLogoutRedirectUris",
    "cors_origins": "AllowedCorsOrigins",
    "allow_refresh_token": "AllowOfflineAccess",
    "skips_consent": "FirstParty",
    "secret.description": "SecretDescription",
    "secret.expiration": "SecretExpirationDate",
    **{f"public_key.{path}": f"PublicKey.{name}" for path, name in KEY_PROPERTIES.items()},
    **{
        f"federated_identity.{path}": f"FederatedIdentity.{name}"
        for path, name in IDENTITY_PROPERTIES.items()
    },
    "confirms_administrator": "confirmTenantAdministrator",
    "kept_secrets": "keptSecretIds",
}
#: The fields of a draft that properties set as they are.
_FIELDS: Final = {
    "Name": "name",
    "AccessTokenLifetime": "token_lifetime_s",
    **{line.prop: line.name for line in (*LINES, *APPLICATION_URLS)},
    "MayIntrospectTokens": "may_introspect",
    "MayRotateOwnSecrets": "may_rotate_own_secrets",
    "MayAddSecrets": "may_add_secrets",
    "DemandsAssertionType": "demands_assertion_type",
    "AcceptsTokenEndpointAudience": "accepts_token_endpoint_audience",
    "AllowOfflineAccess": "allow_refresh_token",
    "FirstParty": "skips_consent",
}
_TUPLES: Final = {
    "Tags": "tags",
    "RedirectUris": "redirect_uris",
    "PostLogoutRedirectUris": "logout_uris",
    "AllowedCorsOrigins": "cors_origins",
}


class ClientModel(Model):
    """What all clients have."""

    moving = {"LastUsed": Moment()}

    Id = Guid()
    Name = Text()
    Enabled = Flag()
    AccessTokenLifetime = Whole()
    Tags = Several(Text())

    def get_fields(self) -> dict[str, Any]:
        """Return the fields, with the lines of text that all clients have."""
        return {**super().get_fields(), **{line.prop: Text() for line in LINES}}


class ClientCredentialClientModel(ClientModel):
    """A client for machines."""

    RoleIds = Several(Guid())
    MayIntrospectTokens = Flag()
    MayRotateOwnSecrets = Flag()
    MayAddSecrets = Flag()
    DemandsAssertionType = Flag()
    AcceptsTokenEndpointAudience = Flag()


class _ApplicationModel(ClientModel):
    """A client that people sign in to."""

    RedirectUris = Several(Text())
    PostLogoutRedirectUris = Several(Text())
    ClientUri = Text()
    LogoUri = Text()
    AllowOfflineAccess = Flag()
    FirstParty = Flag()


class AuthorizationCodeClientModel(_ApplicationModel):
    """A client of an application without a secret."""

    AllowedCorsOrigins = Several(Text())


class HybridClientModel(_ApplicationModel):
    """A client of an application with a server."""

    fixed = ("AllowAccessTokensViaBrowser",)

    MayIntrospectTokens = Flag()
    MayAddSecrets = Flag()
    DemandsAssertionType = Flag()
    AcceptsTokenEndpointAudience = Flag()


class _FirstModel(Model):
    """The first credential of a new client: a secret, unless it sends another one."""

    SecretDescription = Text()
    SecretExpirationDate = Moment()
    PublicKey = Inner(NewKeyModel, "NewPublicKeyBody")
    FederatedIdentity = Inner(IdentityModel, "FederatedIdentityBody")


class NewClientCredentialClientModel(ClientCredentialClientModel, _FirstModel):
    """A new client for machines with its first credential."""


class NewHybridClientModel(HybridClientModel, _FirstModel):
    """A new client of an application with a server, with its first credential."""


MODELS: Final[dict[str, type[Model]]] = {
    CLIENT_CREDENTIALS.id: ClientCredentialClientModel,
    AUTHORIZATION_CODE.id: AuthorizationCodeClientModel,
    HYBRID.id: HybridClientModel,
}
NEW_MODELS: Final[dict[str, type[Model]]] = {
    CLIENT_CREDENTIALS.id: NewClientCredentialClientModel,
    AUTHORIZATION_CODE.id: AuthorizationCodeClientModel,
    HYBRID.id: NewHybridClientModel,
}


def draft_fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a ``ClientDraft`` that the properties of a body set."""
    fields = {field: values[name] for name, field in _FIELDS.items() if name in values}
    fields |= {field: tuple(values[name]) for name, field in _TUPLES.items() if name in values}
    if "RoleIds" in values:
        fields["role_ids"] = frozenset(values["RoleIds"])
    return fields
