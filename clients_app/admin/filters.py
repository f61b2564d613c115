"""The filters beside the lists. A value that is not among the choices filters nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients_app.audit.sentences import SENTENCES
from clients_app.rules.built_in_roles import TENANT_CUSTOM
from clients_app.selectors.clients.shows import Show, condition
from clients_app.selectors.tenants.installation import tenants

#: by value in the address: the label, and the rows that it selects
Choices = dict[str, tuple[Any, Q]]
_PRESENT = Q(removed_at=None)


def _filter(name: str, label: Any, choices: Callable[[], Choices]) -> type[admin.SimpleListFilter]:
    class ChoiceFilter(admin.SimpleListFilter):
        title = label
        parameter_name = name

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
            self.choices_by_value = choices()
            return [(value, text) for value, (text, _rows) in self.choices_by_value.items()]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            _text, rows = self.choices_by_value.get(self.value() or "", (None, Q()))
            return queryset.filter(rows)

    return ChoiceFilter


def _tenants(column: str) -> Choices:
    rows = tenants().order_by("name").values_list("pk", "name")
    return {str(pk): (name, Q(**{column: pk})) for pk, name in rows}


def _client_states() -> Choices:
    now = timezone.now()
    labels = {
        Show.ACTIVE: _("Active"),
        Show.FAILING: _("Failing"),
        Show.NO_TOKENS: _("Cannot request tokens"),
        Show.UNUSED: _("Unused for 90 days"),
        Show.DISABLED: _("Disabled"),
    }
    present = {show.value: (label, condition(show, now)) for show, label in labels.items()}
    return {**present, "removed": (_("Removed"), ~_PRESENT)}


def _secret_states() -> Choices:
    now = timezone.now()
    return {
        "live": (_("Live"), _PRESENT & (Q(expires_at=None) | Q(expires_at__gt=now))),
        "expired": (_("Expired"), _PRESENT & Q(expires_at__lte=now)),
        "removed": (_("Removed"), ~_PRESENT),
    }


TENANT = _filter("tenant", _("tenant"), lambda: _tenants("tenant"))
TENANT_OF_CLIENT = _filter("tenant", _("tenant"), lambda: _tenants("client__tenant"))
CLIENT_STATE = _filter("state", _("state"), _client_states)
SECRET_STATE = _filter("state", _("state"), _secret_states)
ROLE_TYPE = _filter(
    "role_type",
    _("Role Type"),
    lambda: {
        "custom": (_("Tenant Custom"), Q(role_type_id=TENANT_CUSTOM)),
        "built-in": (_("Built-in"), ~Q(role_type_id=TENANT_CUSTOM)),
    },
)
ACTION = _filter(
    "action", _("action"), lambda: {action: (action, Q(action=action)) for action in SENTENCES}
)
