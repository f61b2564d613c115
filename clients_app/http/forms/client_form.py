"""Add Client: the fields that the Client Type has."""

from collections.abc import Iterable
from dataclasses import fields
from functools import partial
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.errors import RuleBroken
from clients_app.http.forms.offered_roles import OfferedRoles
from clients_app.http.forms.offered_tags import OfferedTags
from clients_app.http.forms.portal_form import Checkbox, TextField, input_of
from clients_app.http.sentences import sentence_of
from clients_app.limits import TOKEN_LIFETIME_DEFAULT_S
from clients_app.rules.client_fields import APPLICATION_URLS, LINES
from clients_app.rules.client_types import URL_KINDS, ClientType, UrlKind
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.names import clean_client_name, clean_line, split_tags
from clients_app.rules.redirect_uris import check_url_count, clean_application_url, clean_url
from clients_app.services.clients.drafts import ClientDraft

URL_INPUTS: Final = tuple(input_of(kind.path) for kind in URL_KINDS)
LINE_INPUTS: Final = tuple(one.name for one in LINES)
APPLICATION_INPUTS: Final = tuple(one.name for one in APPLICATION_URLS)
ORDER: Final = (
    *("name", *URL_INPUTS, "allow_offline_access", "roles", "confirm_admin", "token_lifetime"),
    *(*APPLICATION_INPUTS, "skips_consent"),
    *(*LINE_INPUTS, "tags", "may_introspect", "may_rotate_own_secrets", "may_add_secrets"),
)
_QUOTED_MAX: Final = 60  # characters of a wrong URL that the error quotes


class UrlsField(forms.Field):
    """Any number of URLs of one kind, by default one in each line."""

    widget: Any = forms.Textarea

    def __init__(self, kind: UrlKind, *, private_schemes: bool) -> None:
        super().__init__(required=False, label=gettext(kind.label), help_text=gettext(kind.help))
        self.kind = kind
        self.private_schemes = private_schemes

    def typed(self, value: Any) -> Iterable[str]:
        """Return the URLs as they were typed."""
        return (value or "").splitlines()

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the URLs without duplicates; the error quotes the first URL that breaks a rule."""
        urls: dict[str, None] = {}
        quoted = ""
        try:
            for url in filter(str.strip, self.typed(value)):
                quoted = f"{url if len(url) <= _QUOTED_MAX else url[:_QUOTED_MAX] + '…'}: "
                urls[clean_url(url, self.kind, private_schemes=self.private_schemes)] = None
            quoted = ""
            check_url_count(urls, self.kind)
        except RuleBroken as error:
            raise forms.ValidationError(f"{quoted}{sentence_of(error)}") from error
        return tuple(urls)


class ClientForm(OfferedTags, OfferedRoles):
    """A client of ``client_type`` in the tenant of ``actor``."""

    urls_field: type[UrlsField] = UrlsField
    late_fields = (*URL_INPUTS, *LINE_INPUTS, *APPLICATION_INPUTS)

    name = TextField(_("Name"), clean_client_name)
    allow_offline_access = Checkbox(_("Allow Refresh Token"))
    token_lifetime = TextField(_("Token Lifetime"), parse_token_lifetime)
    tags = TextField(_("Tags"), split_tags)
    skips_consent = Checkbox(_("First-party application"))
    may_introspect = Checkbox(_("May introspect tokens"))
    may_rotate_own_secrets = Checkbox(_("May rotate its own secrets"))
    may_add_secrets = Checkbox(_("May get new secrets"))

    def __init__(self, *args: Any, actor: Actor, client_type: ClientType, **more: Any) -> None:
        super().__init__(*args, **more)
        self.actor = actor
        self.client_type = client_type
        self.initial.setdefault("token_lifetime", str(TOKEN_LIFETIME_DEFAULT_S))
        private = client_type.may_have_private_schemes
        for kind in client_type.url_kinds:
            self.fields[input_of(kind.path)] = self.urls_field(kind, private_schemes=private)
        for one in LINES:
            rule = partial(clean_line, maximum=one.maximum, field=one.name)
            self.fields[one.name] = TextField(gettext(one.label), rule, help_text=gettext(one.help))
        for one in APPLICATION_URLS:
            rule = partial(clean_application_url, field=one.name)
            self.fields[one.name] = TextField(gettext(one.label), rule, help_text=gettext(one.help))
        for path in client_type.lacks:
            self.fields.pop(input_of(path), None)
        self.order_fields(ORDER)
        if "roles" in self.fields:
            self.offer_roles(actor.tenant_id)

    def client_draft(self) -> ClientDraft:
        """Return the client as the services take it; wrong and missing fields have defaults."""
        given = self.cleaned_data
        names = {field.name: input_of(field.name) for field in fields(ClientDraft)}
        values = {path: given[name] for path, name in names.items() if name in given}
        values["role_ids"] = self.role_ids
        values["tags"] = tuple(given.get("tags", ()))
        values["token_lifetime_s"] = given.get("token_lifetime", TOKEN_LIFETIME_DEFAULT_S)
        return ClientDraft(**{**values, "client_type": self.client_type.id})
