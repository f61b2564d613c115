"""The lists and pages of every model are read-only: only operations change rows."""

from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.admin.columns import Column, column, joined
from clients_app.admin.operations.operation import Operation, view_of
from clients_app.limits import NAME_MAX
from clients_app.rules.client_ids import pasted_id
from clients_app.rules.names import key_of

_SEARCH_MAX = NAME_MAX  # characters of a search term that count
_YEARS = range(2000, 3000)  # of a date hierarchy


class Link(NamedTuple):
    """A button above a list or a page."""

    label: str
    url: str


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows only ``fields``, and refuses Django's own add, change and delete.

    Lists can be filtered only by ``list_filter``: any other lookup in an address, such as the
    first characters of a digest, redirects to the list.
    """

    actions = None
    operations: ClassVar[tuple[Operation, ...]] = ()
    id_fields: ClassVar[tuple[str, ...]] = ("pk",)  # searched for a GUID
    activity_of = "pk"  # the GUID whose audit events Activity leads to
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def _is_allowed(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # ``StaffSite`` lets only Staff in

    def _is_refused(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_view_permission = has_module_permission = _is_allowed
    has_add_permission = has_change_permission = has_delete_permission = _is_refused

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Return which links the front page shows."""
        can_add = any(one.route == "add/" for one in self.operations)
        return {"view": True, "add": can_add, "change": False, "delete": False}

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        operations = [
            path(one.route, guarded(view_of(one)), name=one.name) for one in self.operations
        ]
        kept = ("_changelist", "_add", "_delete", "_change")
        own = [url for url in super().get_urls() if (url.name or "").endswith(kept)]
        return [*operations, *own]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._columns(self.list_display)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        groups = self.fieldsets or [(None, {"fields": self.fields or ()})]
        return [(title, {"fields": self._columns(group["fields"])}) for title, group in groups]

    def _columns(self, names: Any) -> list[Column]:
        return [column(self.model, name) for name in names]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        if lookup not in self._lookups() or "\0" in value:
            raise IncorrectLookupParameters
        if lookup.endswith("__year") and not (value.isdecimal() and int(value) in _YEARS):
            raise IncorrectLookupParameters
        return True

    def _lookups(self) -> set[str]:
        allowed = set()
        for one in self.list_filter:
            if isinstance(one, str):
                allowed |= {f"{one}__exact", f"{one}__id__exact", f"{one}__isnull"}
            elif isinstance(one, type) and issubclass(one, admin.SimpleListFilter):
                allowed.add(str(one.parameter_name))
        when = self.date_hierarchy
        return allowed | {f"{when}__{part}" for part in ("year", "month", "day") if when}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for the term as one phrase, ignoring case, or as one GUID."""
        term = search_term.strip()[:_SEARCH_MAX]
        if not term:
            return queryset, False
        guid = pasted_id(term)
        if guid is None:
            return queryset.filter(self.search_for(key_of(term))), False
        return queryset.filter(any_of(self.id_fields, guid)), False

    def search_for(self, key: str) -> Q:
        """Return what matches this phrase, in lower case."""
        return any_of(self.search_fields, key)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        links = [
            Link(str(one.label), reverse(f"admin:{one.name}"))
            for one in self.operations
            if "<" not in one.route
        ]
        return super().changelist_view(request, {**(extra_context or {}), "links": links})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        links = self.links_above(context["original"])
        return super().render_change_form(request, {**context, "links": links}, *args, **kwargs)

    def links_above(self, obj: Any) -> list[Link]:
        """Return the buttons above the page of ``obj``."""
        events = reverse("admin:clients_app_auditevent_changelist")
        return [
            *(
                Link(str(one.label), reverse(f"admin:{one.name}", args=[obj.pk]))
                for one in self.operations
                if "<" in one.route and one.is_offered(obj)
            ),
            Link(gettext("Activity"), f"{events}?q={getattr(obj, self.activity_of)}"),
        ]


class OfClientAdmin(ReadOnlyAdmin):
    """The rows of a client: they are found by its id, and lead to its audit events."""

    id_fields = ("client_id",)
    activity_of = "client_id"

    @admin.display(description=_("Tenant"))
    def tenant(self, row: Any) -> str:
        return str(row.client.tenant)


class WithRolesAdmin(ReadOnlyAdmin):
    """Rows that have roles."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("roles")

    @admin.display(description=_("Roles"))
    def role_names(self, row: Any) -> str:
        return joined(sorted(role.name for role in row.roles.all()))


def any_of(fields: Iterable[str], value: Any) -> Q:
    """Return what has ``value`` in any of the fields."""
    return reduce(or_, (Q(**{field: value}) for field in fields))
