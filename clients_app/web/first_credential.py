"""The second window of Add Client: the kind of the first credential, and its fields.

A *way* is a secret, a key, or a platform of federated identities, by its key; "identity" is the
list of the platforms. What was typed for a way that is not shown travels in hidden inputs with the
name of the way before theirs, so that choosing another one loses nothing. A key that could be a
private one does not travel, and is not shown again.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext

from clients_app.errors import Refused
from clients_app.http.forms.identity_forms import PlatformForm, RuleForm
from clients_app.http.forms.key_forms import KeyForm, is_public
from clients_app.http.forms.secret_form import SecretForm
from clients_app.identity.actor import actor_of
from clients_app.rules.federation.preset import Preset
from clients_app.rules.federation.presets import PRESETS
from clients_app.rules.tenant_policy import TenantPolicy
from clients_app.selectors.tenants.policies import tenant_policy
from clients_app.services.clients.first_credential import FirstDraft
from clients_app.web.form_window import is_submitted

DEFAULT: Final = "secret"
KEY: Final = "key"
IDENTITY: Final = "identity"
WAYS: Final = (DEFAULT, KEY, IDENTITY, *PRESETS)
_FORMS: Final[tuple[type[SecretForm], ...]] = (SecretForm, KeyForm, PlatformForm, RuleForm)
#: inputs into which somebody may paste a private key
_PASTED: Final = frozenset(name for form in _FORMS for name in form.never_kept)
_TYPED: Final = tuple(
    dict.fromkeys(name for form in _FORMS for name in (*form.base_fields, *form.late_fields))
)
#: what survives a sign-in in between
KEPT: Final = (
    *("way", *(name for name in _TYPED if name not in _PASTED)),
    *(f"{way}.{name}" for way in WAYS for name in _TYPED),
)


class SecondWindow:
    """The second window, as ``request`` brought it: the form of the way that is shown now."""

    form: SecretForm

    def __init__(self, request: HttpRequest, *, sent: bool) -> None:
        self._typed = request.POST
        self.policy: TenantPolicy = tenant_policy(actor_of(request).tenant_id)
        is_exempt = bool(self._typed.get("may_add_secrets"))
        self.forbids_secret = self.policy.forbids_new_secret(is_exempt=is_exempt)
        self._was = _known(self._typed.get("way"), KEY if self.forbids_secret else DEFAULT)
        self.way = _known(self._typed.get("preview"), self._was)
        self.now: datetime = timezone.now()
        form_class, more = self._form_class
        more |= {"now": self.now, "policy": self.policy}
        if sent and is_submitted(request):
            self.form = form_class(request.POST, **more)
        else:
            self.form = form_class.shown(self._typed_for(self.way), **more)

    @property
    def preset(self) -> Preset | None:
        """The platform whose tokens prove the client; None for other ways."""
        return PRESETS.get(self.way)

    @property
    def kind(self) -> str:
        """The part of the window's switch that is pressed."""
        return self.way if self.way in (DEFAULT, KEY) else IDENTITY

    @property
    def screen(self) -> str:
        """The template of the window."""
        screens = {
            DEFAULT: "secrets/secret_add",
            KEY: "secrets/key_add",
            IDENTITY: "clients/client_add_platform",
        }
        return screens.get(self.way, "secrets/identity_add")

    @property
    def title(self) -> str:
        """The title of the window."""
        titles = {DEFAULT: gettext("Add Secret"), KEY: gettext("Add Public Key")}
        return titles.get(self.way, gettext("Add Federated Identity"))

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The parts of the window's switch, with their labels."""
        labels = {
            DEFAULT: gettext("Client Secret"),
            KEY: gettext("Public Key"),
            IDENTITY: gettext("Federated Identity"),
        }
        if self.forbids_secret and self.way != DEFAULT:
            del labels[DEFAULT]
        return list(labels.items())

    @property
    def is_list(self) -> bool:
        """Whether the window asks for the platform first."""
        return self.way == IDENTITY

    @property
    def draft(self) -> FirstDraft:
        """The credential as the services take it; the form must be valid."""
        draft: FirstDraft = self.form.draft()
        return draft

    def add_broken(self, error: Refused) -> bool:
        """Show what the service refused, and return True, if it is about the credential."""
        field = error.field or ""
        is_own = field.startswith(("secret.", "identity.")) or field in ("key", "jwks_url")
        if is_own or (not field and self.way == DEFAULT and self.forbids_secret):
            self.form.add_broken(error)
            return True
        return False

    @cached_property
    def others(self) -> list[tuple[str, str]]:
        """Name and value of the hidden inputs beside those of the way that is shown."""
        return [("way", self.way), *self._of_others()]

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """Name and value of all that was typed here, for the first window."""
        typed = self._typed_for(self.way)
        chosen = self.others if "way" in self._typed else self._of_others()
        return [*chosen, *((name, str(value)) for name, value in typed.items())]

    @property
    def _form_class(self) -> tuple[type[SecretForm], dict[str, Any]]:
        if self.preset is None:
            return (KeyForm if self.way == KEY else SecretForm), {}
        return (RuleForm if self.way == "other" else PlatformForm), {"preset": self.preset}

    def _of_others(self) -> Iterator[tuple[str, str]]:
        for way in WAYS:
            if way != self.way:
                for name, value in self._typed_for(way).items():
                    yield f"{way}.{name}", str(value)

    def _typed_for(self, way: str) -> QueryDict:
        """Return what may be shown of what was typed for ``way``; nothing before it was shown."""
        prefix = "" if way == self._was else f"{way}."
        found = QueryDict(mutable=True)
        for name in _TYPED:
            value = self._typed.get(prefix + name)
            if value is not None and (name not in _PASTED or is_public(value)):
                found[name] = value
        return found


def _known(way: str | None, otherwise: str) -> str:
    return way if way in WAYS else otherwise
