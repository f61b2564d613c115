"""What each Client Type has: one record per type. No other module compares types."""

from dataclasses import dataclass
from typing import Final

from clients_app.errors import gettext_noop


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlKind:
    """A list of URLs; ``id`` is in rows, ``path`` in drafts and audit events."""

    id: str
    path: str
    label: str
    help: str
    is_required: bool = False


REDIRECT: Final = UrlKind(
    id="redirect",
    path="redirect_uris",
    label=gettext_noop("Allowed Redirect URL(s)"),
    help=gettext_noop("Where sign-in results may be sent. Exact match."),
    is_required=True,
)
LOGOUT_REDIRECT: Final = UrlKind(
    id="logout-redirect",
    path="logout_uris",
    label=gettext_noop("Allowed Logout Redirect URL(s)"),
    help=gettext_noop("Where people go after they sign out."),
)
CORS_ORIGIN: Final = UrlKind(
    id="cors-origin",
    path="cors_origins",
    label=gettext_noop("Allowed CORS Origin(s)"),
    help=gettext_noop("Other sites this application may call from."),
)
URL_KINDS: Final = (REDIRECT, LOGOUT_REDIRECT, CORS_ORIGIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientType:
    """``id`` is in rows and addresses; the texts introduce the type on the screens."""

    id: str
    label: str
    icon: str
    add_text: str
    empty_text: str
    guide_text: str
    has_secrets: bool = False
    has_roles: bool = False
    url_kinds: tuple[UrlKind, ...] = ()
    may_have_private_schemes: bool = False  # in its URLs: RFC 8252 section 7.1
    may_refresh: bool = False
    may_introspect: bool = False  # tokens of other clients
    may_rotate_own_secrets: bool = False  # by the REST API, where its switch is on
    grants: frozenset[str] = frozenset()  # grant_type of the token endpoint
    response_types: tuple[str, ...] = ()  # of the authorize endpoint, which people come to

    def __str__(self) -> str:
        return self.id

    @property
    def signs_people_in(self) -> bool:
        return REDIRECT in self.url_kinds

    @property
    def lacks(self) -> tuple[str, ...]:
        """The paths of a draft that clients of this type do not have."""
        has = {
            "roles": self.has_roles,
            "confirms_administrator": self.has_roles,
            "allow_refresh_token": self.may_refresh,
            "may_introspect": self.may_introspect,
            "may_rotate_own_secrets": self.may_rotate_own_secrets,
            "may_add_secrets": self.has_secrets,
            **dict.fromkeys(
                ("demands_assertion_type", "accepts_token_endpoint_audience"), self.has_secrets
            ),
            **dict.fromkeys(("client_uri", "logo_uri", "skips_consent"), self.signs_people_in),
            **{kind.path: kind in self.url_kinds for kind in URL_KINDS},
        }
        return tuple(path for path, does in has.items() if not does)


CLIENT_CREDENTIALS: Final = ClientType(
    id="client-credentials",
    label="Client-Credentials",
    icon="server",
    add_text=gettext_noop(
        "Client-Credentials: for server-to-server use, where no person signs in."
    ),
    empty_text=gettext_noop(
        "Client-credentials clients are used for server-to-server communication where no user "
        "interaction is required. Add one for each device or application."
    ),
    guide_text=gettext_noop(
        "Connect a machine to your APIs with a client-credentials client. About five minutes."
    ),
    has_secrets=True,
    has_roles=True,
    may_introspect=True,
    may_rotate_own_secrets=True,
    grants=frozenset({"client_credentials"}),
)
AUTHORIZATION_CODE: Final = ClientType(
    id="authorization-code",
    label="Authorization Code",
    icon="globe",
    add_text=gettext_noop(
        "Authorization Code: for browser and mobile applications where a person signs in. "
        "No secret is issued."
    ),
    empty_text=gettext_noop(
        "Authorization Code clients are applications in which people sign in, such as "
        "single-page and native ones. They have no secret."
    ),
    guide_text=gettext_noop(
        "For browser and mobile applications where a person signs in. No secret is issued."
    ),
    url_kinds=URL_KINDS,
    may_have_private_schemes=True,
    may_refresh=True,
    grants=frozenset({"authorization_code", "refresh_token"}),
    response_types=("code",),
)
HYBRID: Final = ClientType(
    id="hybrid",
    label="Hybrid",
    icon="layers",
    add_text=gettext_noop(
        "Hybrid: for applications with a server, where a person signs in and the server keeps "
        "a secret."
    ),
    empty_text=gettext_noop(
        "Hybrid clients are applications with a server, where people sign in and the server "
        "keeps a secret."
    ),
    guide_text=gettext_noop(
        "For applications with a server, where a person signs in and the server keeps a secret."
    ),
    has_secrets=True,
    url_kinds=(REDIRECT, LOGOUT_REDIRECT),
    may_refresh=True,
    may_introspect=True,
    grants=frozenset({"authorization_code", "refresh_token"}),
    response_types=("code", "code id_token"),
)

#: in the order of the screens; the first is the default
CLIENT_TYPES: Final = {one.id: one for one in (CLIENT_CREDENTIALS, AUTHORIZATION_CODE, HYBRID)}
