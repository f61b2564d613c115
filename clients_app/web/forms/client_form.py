"""Step 1 of Add Client: what the client is called, and what it may do."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from clients_app import selectors
from clients_app.actors import Actor
from clients_app.errors import Conflict, RuleBroken
from clients_app.limits import CONTACT_MAX, DESCRIPTION_MAX, TOKEN_LIFETIME_DEFAULT_S
from clients_app.rules.lifetimes import parse_token_lifetime
from clients_app.rules.names import clean_client_name, clean_line, split_tags
from clients_app.services.client_drafts import ClientDraft, check_client_draft
from clients_app.web.forms.window_form import WindowForm, line


class ClientForm(WindowForm):
    """Valid only for an ``actor`` who could add the client now.

    ``at_add`` leaves what only the service can tell to the deed itself: it looks at the one-time
    form key first, so that a form sent twice is not told that its own client took the name.
    """

    name = line(_("Name"))
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
    several = ("roles",)

    def __init__(self, *args: Any, actor: Actor, at_add: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.at_add = at_add
        self.initial.setdefault("token_lifetime", str(TOKEN_LIFETIME_DEFAULT_S))
        tenant_roles = selectors.tenant_roles(actor.tenant_id)
        self.assignable_roles = [role for role in tenant_roles if not role.is_member]
        self.fields["roles"].choices = [  # type: ignore[attr-defined]
            (str(role.pk), role.name) for role in self.assignable_roles
        ]

    def clean_name(self) -> str:
        return self.obey(clean_client_name, "name")

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
                self.add_broken(error)
        return self.cleaned_data

    def draft(self) -> ClientDraft:
        """Return the client as the service takes it."""
        given = self.cleaned_data
        return ClientDraft(
            name=given["name"],
            role_ids=frozenset(UUID(role) for role in given.get("roles", [])),
            confirms_administrator=given["confirm_admin"],
            token_lifetime_s=given.get("token_lifetime", TOKEN_LIFETIME_DEFAULT_S),
            description=given.get("description", ""),
            contact=given.get("contact", ""),
            tags=tuple(given.get("tags", [])),
        )

    @property
    def chosen(self) -> list[str]:
        """Return the ids of the roles that are ticked."""
        return list(self["roles"].value() or [])

    @property
    def shows_more(self) -> bool:
        """Tell whether the fields under More hold anything, or something wrong."""
        return any(self[name].value() for name in ("description", "contact", "tags"))
