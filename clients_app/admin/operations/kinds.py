"""The kinds of rows that have operations: their addresses, and how one is found."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clients_app.admin.operations.operation import Operation
from clients_app.http.forms.portal_form import PortalForm
from clients_app.permissions import Action
from clients_app.rules.expiry import is_expired
from clients_app.selectors.tenants.installation import (
    any_api,
    any_role,
    any_tenant,
    present_client,
    present_identity,
    present_key,
    present_secret,
    signing_key,
)


class Kind(NamedTuple):
    """A kind of row; ``key`` is the part of a route that names one."""

    name: str
    key: str
    find: Callable[..., Model]
    is_offered: Callable[[Any], bool]

    @property
    def word(self) -> str:
        """Return the name of such a row in the sentences about it."""
        return self.name.rpartition("-")[2]

    def operation(
        self, verb: str, label: str | Promise, action: Action, **more: Any
    ) -> "partial[Operation]":
        """Return the operation ``verb`` of such rows, without what performs it."""
        name, route = f"{self.name}-{verb.replace('/', '-')}", f"{self.key}/{verb}/"
        more = {"is_offered": self.is_offered, **more}
        return partial(Operation, name, route, label, action, more.pop("find", self.find), **more)

    def edit(
        self, label: str | Promise, action: Action, form: type[PortalForm], **more: Any
    ) -> "partial[Operation]":
        """Return the operation that edits one by a form that takes it by its ``word``."""
        by_word = {"arguments": lambda row, now: {self.word: row}, "verb": "edit"}
        more = {**by_word, "button": _("Save"), "form": form, **more}
        return self.operation(more.pop("verb"), label, action, **more)

    def removal(
        self, label: str | Promise, action: Action, lines: Callable[[Any], Any], **more: Any
    ) -> "partial[Operation]":
        """Return the operation that removes one; ``lines`` say what that does."""
        more = {"title": _("Remove %(row)s?"), "lines": lines, **more}
        return self.operation("remove", label, action, **more)


def added(model: type[Model], label: str | Promise, action: Action, **more: Any) -> Any:
    """Return the operation that adds a row of ``model``, without what performs it."""
    name = f"clients_app_{model._meta.model_name}_add"
    return partial(Operation, name, "add/", label, action, lambda: model, **more)


def is_present(row: Any) -> bool:
    """Return whether a client or one of its credentials is not removed."""
    return row.removed_at is None


def is_live(credential: Any) -> bool:
    """Return whether a credential is neither removed nor expired."""
    return is_present(credential) and not is_expired(credential.expires_at, timezone.now())


def is_custom(row: Any) -> bool:
    """Return whether a role or an API is not built in."""
    return not row.is_built_in


CLIENT = Kind("client", "<uuid:client_id>", present_client, is_present)
SECRET = Kind("secret", "<int:secret_id>", present_secret, is_present)
PUBLIC_KEY = Kind("public-key", "<int:public_key_id>", present_key, is_present)
IDENTITY = Kind("identity", "<int:identity_id>", present_identity, is_present)
ROLE = Kind("role", "<uuid:role_id>", any_role, is_custom)
API = Kind("api", "<uuid:api_id>", any_api, is_custom)
TENANT = Kind("tenant", "<uuid:tenant_id>", any_tenant, lambda tenant: True)
SIGNING_KEY = Kind("key", "<uuid:key_id>", signing_key, lambda key: key.state != key.State.REMOVED)
