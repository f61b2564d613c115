"""Invite, Edit, Edit Roles, and to whom the clients of a person are handed over."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app import conf
from clients_app.http.forms.portal_form import Checkbox, EditForm, PortalForm, TextField
from clients_app.limits import PERSON_NAME_MAX
from clients_app.models import Person
from clients_app.rules.names import clean_line, clean_username
from clients_app.selectors.people.lookup import person_called, tenant_people
from clients_app.services.people.accounts import clean_email
from clients_app.web.forms.roles_picker import RolesPicker

_OFFERED_MAX = 200  # people that the browser suggests


class _RolesForm(RolesPicker):
    """The roles of a person of a tenant."""

    several = ("roles",)
    gives_to_person = True


class ByMailForm(PortalForm):
    """Whether the portal mails a link; otherwise it is shown once."""

    by_mail = Checkbox(_("Send by mail"), initial=True)

    def __init__(self, *args: Any, has_email: bool = True, **more: Any) -> None:
        super().__init__(*args, **more)
        if not (has_email and conf.sends_mail()):
            del self.fields["by_mail"]

    @property
    def has_links(self) -> bool:
        """Return whether the portal makes links: not where single sign-on is the only way."""
        return not settings.SIGN_ON_ONLY

    @property
    def is_by_mail(self) -> bool:
        return bool(self.cleaned_data.get("by_mail"))


class InviteForm(ByMailForm, _RolesForm):
    """A new person."""

    email = TextField(_("Email"), clean_email)
    username = TextField(_("Username"), lambda text: clean_username(text) if text.strip() else "")
    name = TextField(_("Name"), partial(clean_line, maximum=PERSON_NAME_MAX, field="name"))

    def __init__(self, *args: Any, tenant_id: UUID, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer_roles(tenant_id)
        self.order_fields(["email", "username", "name", "roles", "confirm_admin", "by_mail"])

    def clean(self) -> dict[str, Any]:
        """Refuse a form that names nobody."""
        super().clean()
        named = self.cleaned_data.get("email") or self.cleaned_data.get("username")
        if not (named or self.errors):
            self.add_error("email", gettext("Enter an email, or a username."))
        return self.cleaned_data

    def invitation(self) -> dict[str, Any]:
        """Return the arguments of ``invite_person``."""
        given = self.cleaned_data
        return {
            **{name: given[name] for name in ("username", "name", "email")},
            "role_ids": self.role_ids,
            "confirms_administrator": given["confirm_admin"],
            "by_mail": self.is_by_mail,
        }


class PersonForm(EditForm):
    """Name and email of a person."""

    name = TextField(_("Name"), partial(clean_line, maximum=PERSON_NAME_MAX, field="name"))
    email = TextField(_("Email"), clean_email)

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.open_with(person)

    def values_of(self, row: Person) -> dict[str, Any]:
        return {"name": row.name, "email": row.email}


class PersonRolesForm(EditForm, _RolesForm):
    """The roles of a person."""

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.offer_roles(person.tenant_id)
        self.person = person
        self.open_with(person)
        self.initial["confirm_admin"] = any(role.is_administrator for role in person.roles.all())

    @property
    def client_name(self) -> str:
        """Return the name of the person, for the second tick."""
        return str(self.person)

    def values_of(self, row: Person) -> dict[str, Any]:
        return {"roles": [str(role.pk) for role in row.roles.all() if not role.is_member]}


class HandOverForm(PortalForm):
    """Who gets the clients of ``person``, by username or email; empty for nobody."""

    hand_over_to = TextField(_("Hand over to"))

    def __init__(self, *args: Any, person: Person, **more: Any) -> None:
        super().__init__(*args, **more)
        self.person = person

    def clean_hand_over_to(self) -> Person | None:
        """Return the person."""
        text = self.cleaned_data["hand_over_to"].strip()
        found = person_called(self.person.tenant_id, text) if text else None
        if text and found is None:
            raise forms.ValidationError(gettext("There is no person with this username or email."))
        return found

    @property
    def offered(self) -> list[Person]:
        """Return people whom the browser suggests."""
        able = tenant_people(self.person.tenant_id).filter(is_active=True, invitation_ends_at=None)
        return list(able.exclude(pk=self.person.pk)[:_OFFERED_MAX])
