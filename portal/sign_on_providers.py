"""The OpenID Connect providers of OIDC_ISSUER, OIDC_2_ISSUER and so on."""

import os
import re
from typing import Final
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from clients_app.rules.sign_on_providers import SignOnProvider
from portal import environment as env
from portal.secret_files import secret_from

_NAME: Final = re.compile(r"OIDC_(?:(\d+)_)?(?:ISSUER|CLIENT_ID)")
_NAME_MAX: Final = 40  # characters on its button


def providers() -> tuple[SignOnProvider, ...]:
    """Return the providers in the order of their numbers; the first one has none in its names."""
    numbers = {int(found[1] or 1) for name in os.environ if (found := _NAME.fullmatch(name))}
    some = [_provider(number) for number in sorted(numbers) if _is_set(number)]
    if len({one.issuer for one in some}) < len(some):
        raise ImproperlyConfigured("Two providers have the same OIDC_ISSUER; remove one.")
    return tuple(some)


def only_by_them(some: tuple[SignOnProvider, ...]) -> bool:
    """Return whether OIDC_ONLY closes the form for passwords, which needs a provider."""
    is_only = env.switch("OIDC_ONLY")
    if is_only and not some:
        raise ImproperlyConfigured("OIDC_ONLY is on, but OIDC_ISSUER is not set; set it.")
    return is_only


def _prefix(number: int) -> str:
    return "OIDC_" if number == 1 else f"OIDC_{number}_"


def _is_set(number: int) -> bool:
    return any(env.text(_prefix(number) + name) for name in ("ISSUER", "CLIENT_ID"))


def _provider(number: int) -> SignOnProvider:
    prefix = _prefix(number)
    for name in (f"{prefix}ISSUER", f"{prefix}CLIENT_ID"):
        if not env.text(name):
            raise ImproperlyConfigured(
                f"{name} is not set; set both {prefix}ISSUER and {prefix}CLIENT_ID."
            )
    issuer = env.parsed(
        f"{prefix}ISSUER", "", _issuer, "an address such as https://login.example.com"
    )
    scopes = env.scopes(f"{prefix}SCOPES", "openid profile email")
    return SignOnProvider(
        id=str(number),
        issuer=issuer,
        client_id=env.text(f"{prefix}CLIENT_ID"),
        client_secret=secret_from(f"{prefix}CLIENT_SECRET"),
        name=env.line(f"{prefix}NAME", str(urlsplit(issuer).hostname), _NAME_MAX),
        scopes=tuple(dict.fromkeys(("openid", *scopes))),
        tenant=env.text(f"{prefix}TENANT"),
        creates_people=env.switch(f"{prefix}CREATE_PEOPLE"),
        roles_claim=env.text(f"{prefix}ROLES_CLAIM"),
        roles_map=_roles_map(f"{prefix}ROLES_MAP"),
    )


def _issuer(value: str) -> str:
    """Return the issuer, https or http on loopback, exactly as tokens must name it."""
    parts = urlsplit(value)
    is_local = parts.scheme == "http" and parts.hostname in env.LOOPBACK
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError
    if parts.scheme != "https" and not is_local:
        raise ValueError
    return value


def _roles_map(name: str) -> tuple[tuple[str, str], ...] | None:
    def parse(text: str) -> tuple[tuple[str, str], ...] | None:
        pairs = [one.rpartition("=") for one in text.split(";") if one.strip()]
        if not all(value.strip() and role.strip() for value, _, role in pairs):
            raise ValueError
        return tuple((value.strip(), role.strip()) for value, _, role in pairs) or None

    return env.parsed(name, "", parse, 'pairs such as "admins=Tenant Administrator; ops=Operator"')
