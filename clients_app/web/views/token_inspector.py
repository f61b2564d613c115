"""Inspect a token: what is in it, and what the portal knows of it. Nothing of it is kept."""

from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.http.forms.token_form import TokenForm
from clients_app.identity.actor import actor_of
from clients_app.permissions import Action
from clients_app.services.tokens.inspection import Inspection, Verdict, inspect_token
from clients_app.web.access import window
from clients_app.web.addresses import at
from clients_app.web.form_window import Screen, form_window
from clients_app.web.htmx import show

_MOMENTS: Final = ("iat", "nbf", "exp")
_LEADING: Final[tuple[str, ...]] = (
    "iss",
    "aud",
    "client_id",
    "scope",
    "roles",
    "exp",
)  # what an API looks at
SAID: Final = {
    Verdict.ACTIVE: (_("Valid"), _("This portal signed it, and its client may use it.")),
    Verdict.EXPIRED: (_("Expired"), _("This portal signed it. Request a new one.")),
    Verdict.NOT_YET: (
        _("Not valid yet"),
        _("Its start time (nbf) is in the future: check the clocks."),
    ),
    Verdict.KEY_REMOVED: (
        _("Revoked with its signing key"),
        _("An operator removed the key that signed it. Request a new token."),
    ),
    Verdict.CLIENT_REMOVED: (_("Client removed"), _("Its client no longer exists.")),
    Verdict.CLIENT_DISABLED: (
        _("Client disabled"),
        _("It is valid again if its client is enabled before it expires."),
    ),
    Verdict.ALL_REVOKED: (
        _("Revoked"),
        _("All tokens that the client had were revoked. Newer tokens work."),
    ),
    Verdict.REVOKED: (_("Revoked"), _("Its client revoked it.")),
    Verdict.SECRET_REMOVED: (
        _("Secret removed"),
        _("The secret with which it was requested was removed."),
    ),
    Verdict.PERSON_ENDED: (
        _("No longer allowed"),
        _(
            "The person that it is about no longer lets its client act for them, or cannot sign "
            "in any more."
        ),
    ),
    Verdict.API_NOT_ALLOWED: (
        _("API not allowed"),
        _("Its client may no longer call the API in aud, or that API was removed."),
    ),
    Verdict.OTHER_TYPE: (
        _("Not an access token"),
        _("This portal signed it, but it is not an access token. Do not accept it."),
    ),
    Verdict.OTHER_ISSUER: (
        _("From another issuer"),
        _("This portal did not issue it, and has not checked its signature."),
    ),
    Verdict.UNKNOWN: (
        _("Unknown"),
        _(
            "It is not a token of your organisation: the signature is not this portal's, or the "
            "token was changed. Do not trust what it says."
        ),
    ),
}


@at("help/token")
@window(Action.READ_CLIENTS)
def token_inspector(request: HttpRequest) -> HttpResponse:
    """Say what is in a token that was sent, and whether it is valid; nothing of it is kept."""
    title, now = gettext("Inspect a token"), timezone.now()

    def inspect(form: TokenForm) -> HttpResponse:
        token, tenant_id = form.cleaned_data["token"], actor_of(request).tenant_id
        found = inspect_token(token, tenant_id=tenant_id, at_s=now.timestamp())
        if found is None:
            form.add_error("token", gettext("This is not a JSON Web Token. Paste all of it."))
            return show(
                request,
                "help/token_inspector",
                {"form": form},
                title=title,
                fragments=(),
                status=422,
            )
        context = {"form": TokenForm(), **_told(found)}
        return show(request, "help/token_inspector", context, title=title, fragments=())

    page = Screen("help/token_inspector", title, fragments=())
    return form_window(request, page, TokenForm, inspect)


def _told(found: Inspection) -> dict[str, Any]:
    verdict, sentence = SAID[found.verdict]
    is_proved = found.verdict not in {Verdict.UNKNOWN, Verdict.OTHER_ISSUER}
    names = [name for name in _LEADING if name in found.claims]
    names += [name for name in found.claims if name not in names]
    return {
        "verdict": verdict,
        "sentence": sentence,
        "tone": "ok" if found.verdict == Verdict.ACTIVE else "warn" if is_proved else "bad",
        "is_proved": is_proved,
        "client": found.client,
        "issuer": conf.issuer() if found.verdict == Verdict.OTHER_ISSUER else "",
        "expires_at": _moment(found.claims.get("exp")) if is_proved else None,
        "header": found.header.items(),
        "claims": [
            (name, found.claims[name], _moment(found.claims[name]) if name in _MOMENTS else None)
            for name in names
        ],
    }


def _moment(seconds: Any) -> datetime | None:
    """Return a moment that a claim names; None for what no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
