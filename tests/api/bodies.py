"""What a body of each resource of the REST API may have: a good one, and kinds of properties."""

from typing import Any, Final, NamedTuple

from clients_app.models import Api, Client, ClientKey, ClientSecret, FederatedIdentity, Role
from clients_app.rules.client_fields import LINES
from tests.api.addresses import NEW_KEY, ONE, RULES, A, H, M


class Resource(NamedTuple):
    """A body that is fine, and the kind of each property; ``of`` is the model of its rows."""

    address: str
    method: str
    good: dict[str, Any]
    kinds: dict[str, str]
    of: Any


CLIENT: Final = {
    **dict.fromkeys(("Name", *(line.prop for line in LINES)), "text"),
    "Enabled": "flag",
    "AccessTokenLifetime": "whole",
    "Tags": "list items too many",
    "LastUsed": "moment",
}
SWITCHES: Final = ("MayAddSecrets", "DemandsAssertionType", "AcceptsTokenEndpointAudience")
MACHINE: Final = {**CLIENT, "RoleIds": "list items too many"} | dict.fromkeys(
    ("MayIntrospectTokens", "MayRotateOwnSecrets", *SWITCHES), "flag"
)
APPLICATION: Final = {
    **CLIENT,
    **dict.fromkeys(("ClientUri", "LogoUri"), "text"),
    **dict.fromkeys(("AllowOfflineAccess", "FirstParty"), "flag"),
    **dict.fromkeys(("RedirectUris", "PostLogoutRedirectUris"), "list items too many"),
}
PUBLIC: Final = {**APPLICATION, "AllowedCorsOrigins": "list items too many"}
HYBRID: Final = {
    **APPLICATION,
    **dict.fromkeys(("MayIntrospectTokens", *SWITCHES), "flag"),
    "AllowAccessTokensViaBrowser": "fixed",
}
FIRST: Final = {"SecretDescription": "text", "SecretExpirationDate": "moment", "Id": "guid"}
SECRET: Final = {"Description": "text", "Expires": "flag", "Expiration": "moment", "Id": "fixed"}
ROTATE: Final = {"Description": "text", "Expiration": "moment", "OldSecretEnds": "moment"}
KEY: Final = {
    **dict.fromkeys(("Id", "Jwk", "Thumbprint", "JwksUrl"), "fixed"),
    "Description": "text",
    "Expires": "flag",
    "Expiration": "moment",
}
NEW_KEY_KINDS: Final = KEY | {"JwksUrl": "text", "Key": "pasted", "Created": "fixed"}
IDENTITY: Final = {
    **dict.fromkeys(("Id", "Created", "Grade", "GradeReason"), "fixed"),
    "Description": "text",
    "Expires": "flag",
    "Expiration": "moment",
    **dict.fromkeys(("Platform", "Issuer", "Audience", "Subject"), "text"),
    "Fields": "object",
    "Claims": "object",
    "Jwks": "jwks",
}
FIXED_ROLE: Final = ("Id", "RoleScope", "TenantId", "CommunityId", "RoleTypeId")
ROLE: Final = {"Name": "text", "Description": "text", **dict.fromkeys(FIXED_ROLE, "fixed")}
API: Final = {
    **dict.fromkeys(("Name", "Identifier", "Description"), "text"),
    "Scopes": "list items too many",
    "Id": "fixed",
}
REDIRECT: Final = {"Name": "New", "RedirectUris": ["https://new.example/"]}
NEW_API: Final = {"Name": "New", "Identifier": "urn:new:api"}
RESOURCES: Final = [
    Resource(M, "POST", {"Name": "New"}, MACHINE | FIRST, Client),
    Resource(M + ONE, "PUT", {}, MACHINE | {"Id": "guid"}, Client),
    Resource(A, "POST", REDIRECT, PUBLIC | {"Id": "guid"}, Client),
    Resource(A + ONE, "PUT", {}, PUBLIC | {"Id": "guid"}, Client),
    Resource(H, "POST", REDIRECT, HYBRID | FIRST, Client),
    Resource(H + ONE, "PUT", {}, HYBRID | {"Id": "guid"}, Client),
    Resource(f"{M}{ONE}/Secrets", "POST", {}, SECRET | {"Created": "fixed"}, ClientSecret),
    Resource(f"{M}{ONE}/Secrets/<secret_id>", "PUT", {}, SECRET, ClientSecret),
    Resource(f"{M}{ONE}/Secrets/<secret_id>/Rotate", "POST", {}, ROTATE, ClientSecret),
    Resource(f"{M}{ONE}/PublicKeys", "POST", {"Key": NEW_KEY}, NEW_KEY_KINDS, ClientKey),
    Resource(f"{M}{ONE}/PublicKeys/<key_id>", "PUT", {}, KEY, ClientKey),
    Resource(
        f"{M}{ONE}/PublicKeys/<key_id>/Rotate",
        "POST",
        {"Key": NEW_KEY},
        NEW_KEY_KINDS | {"OldKeyEnds": "moment"},
        ClientKey,
    ),
    Resource(f"{M}{ONE}/FederatedIdentities", "POST", RULES, IDENTITY, FederatedIdentity),
    Resource(f"{M}{ONE}/FederatedIdentities/<identity_id>", "PUT", {}, IDENTITY, FederatedIdentity),
    Resource("Roles", "POST", {"Name": "New"}, ROLE, Role),
    Resource("Roles/<role_id>", "PUT", {}, ROLE, Role),
    Resource("Apis", "POST", NEW_API, API, Api),
    Resource("Apis/<api_id>", "PUT", {}, API, Api),
]
#: what the API says of a client that was added with a name alone, beside the name
OF_NEW_CLIENT: Final = {
    **{line.prop: "" for line in LINES},
    "LastUsed": None,
    **dict.fromkeys(("MayIntrospectTokens", "MayRotateOwnSecrets", *SWITCHES), False),
}
