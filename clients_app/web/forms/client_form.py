"""The fields of a client, as Add Client asks for them: those that its Client Type has."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken
from clients_app.limits import CONTACT_MAX, DESCRIPTION_MAX, TOKEN_LIFETIME_DEFAULT_S
from clients_app.models import ClientType
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.names import clean_client_name, clean_line, split_tags
from clients_app.rules.redirect_uris import (
    clean_cors_origin,
    clean_logout_uri,
    clean_redirect_uri,
)
from clients_app.selectors.roles.roles import tenant_roles
from clients_app.services.clients.drafts import ClientDraft, check_client_draft
from clients_app.web.forms.url_lists import URL_FIELDS, cleaned_urls, url_list
from clients_app.web.forms.window_form import WindowForm, line

#: Client Type -> fields that its clients do not have
LACKS: Final = {
    ClientType.CLIENT_CREDENTIALS: (*URL_FIELDS, "allow_offline_access"),
    ClientType.AUTHORIZATION_CODE: ("roles", "confirm_admin", "may_introspect"),
    ClientType.HYBRID: ("roles", "confirm_admin", "allowed_cors_origins"),
}


class ClientForm(WindowForm):
    """Valid only for an ``actor`` who could add the client now.

    ``at_add`` leaves what only the service can tell to the deed itself: it looks at the one-time
    form key first, so that a form sent twice is not told that its own client took the name.
    """

    name = line(_("Name"))
    redirect_uris = url_list(_("Allowed Redirect URL(s)"))
    post_logout_redirect_uris = url_list(_("Allowed Logout Redirect URL(s)"))
    allowed_cors_origins = url_list(_("Allowed CORS Origin(s)"))
    allow_offline_access = forms.BooleanField(required=False, label=_("Allow Refresh Token"))
    roles = forms.MultipleChoiceField(
        required=False,
        label=_("Roles"),
        error_messages={
            "invalid_choice": _("Select roles from the list. One of them is not there any more.")
        },
    )
    confirm_admin = forms.BooleanField(required=False, label=_("Tenant Administrator"))
    token_lifetime = line(_("Token Lifetime"))
    description = line(_("Description"))
    contact = line(_("Contact"))
    tags = line(_("Tags"))
    may_introspect = forms.BooleanField(required=False, label=_("May introspect tokens"))
    several: tuple[str, ...] = ("roles", *URL_FIELDS)

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        client_type: str = ClientType.CLIENT_CREDENTIALS,
        at_add: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.client_type = ClientType(client_type)
        self.at_add = at_add
        self.initial.setdefault("token_lifetime", str(TOKEN_LIFETIME_DEFAULT_S))
        for name in LACKS[self.client_type]:
            del self.fields[name]
        if "roles" in self.fields:
            self._offer_roles(actor)

    def _offer_roles(self, actor: Actor) -> None:
        self.tenant_roles = tenant_roles(actor.tenant_id)
        self.assignable_roles = [role for role in self.tenant_roles if not role.is_member]
        roles: Any = self.fields["roles"]
        roles.choices = [(str(role.pk), role.name) for role in self.assignable_roles]

    def clean_name(self) -> str:
        return self.obey(clean_client_name, "name")

    def clean_redirect_uris(self) -> tuple[str, ...]:
        private = self.client_type == ClientType.AUTHORIZATION_CODE
        return cleaned_urls(
            self.cleaned_data["redirect_uris"],
            lambda url: clean_redirect_uri(url, private_schemes=private),
            field="redirect_uris",
        )

    def clean_post_logout_redirect_uris(self) -> tuple[str, ...]:
        private = self.client_type == ClientType.AUTHORIZATION_CODE
        return cleaned_urls(
            self.cleaned_data["post_logout_redirect_uris"],
            lambda url: clean_logout_uri(url, private_schemes=private),
            field="post_logout_redirect_uris",
        )

    def clean_allowed_cors_origins(self) -> tuple[str, ...]:
        return cleaned_urls(
            self.cleaned_data["allowed_cors_origins"],
            clean_cors_origin,
            field="allowed_cors_origins",
        )

    def clean_token_lifetime(self) -> int:
        return self.obey(parse_token_lifetime, "token_lifetime")

    def clean_description(self) -> str:
        return self.obey(
            lambda text: clean_line(text, maximum=DESCRIPTION_MAX, field="description"),
            "description",
        )

    def clean_contact(self) -> str:
        return self.obey(
            lambda text: clean_line(text, maximum=CONTACT_MAX, field="contact"), "contact"
        )

    def clean_tags(self) -> list[str]:
        return self.obey(split_tags, "tags")

    def clean(self) -> dict[str, Any]:
        """Ask the service too, with what is right so far: two things wrong are two problems."""
        if "name" in self.cleaned_data and not self.at_add:
            try:
                check_client_draft(self.draft(), actor=self.actor)
            except (RuleBroken, Conflict) as error:
                if error.field not in self.errors:
                    self.add_broken(error)
        return self.cleaned_data

    def draft(self) -> ClientDraft:
        """Return the client as the service takes it."""
        given = self.cleaned_data
        return ClientDraft(
            name=given["name"],
            client_type=self.client_type,
            role_ids=self.role_ids,
            confirms_administrator=given.get("confirm_admin", False),
            token_lifetime_s=given.get("token_lifetime", TOKEN_LIFETIME_DEFAULT_S),
            description=given.get("description", ""),
            contact=given.get("contact", ""),
            tags=tuple(given.get("tags", [])),
            redirect_uris=given.get("redirect_uris", ()),
            logout_uris=given.get("post_logout_redirect_uris", ()),
            cors_origins=given.get("allowed_cors_origins", ()),
            allow_refresh_token=given.get("allow_offline_access", False),
            may_introspect=given.get("may_introspect", False),
        )

    @property
    def role_ids(self) -> frozenset[UUID]:
        return frozenset(UUID(role) for role in self.cleaned_data.get("roles", []))

    @property
    def chosen(self) -> list[str]:
        """Return the ids of the roles that are ticked."""
        return list(self["roles"].value() or [])

    @property
    def called(self) -> str:
        """Return the name of the client, as far as it is typed."""
        return self["name"].value() or ""

    @property
    def shows_more(self) -> bool:
        """Tell whether the fields under More hold anything, or something wrong."""
        more = {"description", "contact", "tags", "may_introspect"} & self.fields.keys()
        return any(self[name].value() for name in more)
