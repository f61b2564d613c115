"""How every model is shown: lists and pages to look at. Operations alone change rows."""

from typing import Any, ClassVar, NamedTuple

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext

from clients_app.admin.columns import column
from clients_app.admin.site import asks_proof
from clients_app.identity.kept_forms import View
from clients_app.limits import NAME_MAX
from clients_app.permissions import Action
from clients_app.rules.client_ids import parse_client_id
from clients_app.rules.names import key_of

_SEARCH_MAX = NAME_MAX  # characters of a search that are looked at
_YEARS = range(2000, 3000)  # of a date hierarchy


class Operation(NamedTuple):
    """A view beside Django's own; ``name`` is that of its address within the site."""

    route: str
    view: View
    name: str
    action: Action  # whose proof of identity is asked for when it opens


class Link(NamedTuple):
    """A button above a list or a page."""

    label: str
    url: str


class ReadOnly(admin.ModelAdmin):
    """Shows ``fields`` and no other column; Django's own adding, changing and deleting is refused.

    Lists can be filtered by ``list_filter`` alone: any other lookup in an address, such as one
    that asks how a digest begins, leads back to the list.
    """

    actions = None
    operations: ClassVar[tuple[Operation, ...]] = ()
    can_add = False  # where ``operations`` has "add/"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True  # the site has asked who it is

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Return which links the front page shows."""
        return {"view": True, "add": self.can_add, "change": False, "delete": False}

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view
        operations = [
            path(one.route, guarded(asks_proof(one.action)(one.view)), name=one.name)
            for one in self.operations
        ]
        kept = ("_changelist", "_add", "_delete", "_change")
        own = [url for url in super().get_urls() if (url.name or "").endswith(kept)]
        return [*operations, *own]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return [column(self.model, str(name)) for name in self.list_display]

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        groups = self.fieldsets or [(None, {"fields": self.fields or ()})]
        return [
            (title, {"fields": [column(self.model, str(name)) for name in group["fields"]]})
            for title, group in groups
        ]

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
        """Take the term as one phrase, or as one GUID; case does not matter."""
        term = search_term.strip()[:_SEARCH_MAX]
        if not term:
            return queryset, False
        guid = parse_client_id(term)
        return queryset.filter(self.named(key_of(term)) if guid is None else self.of(guid)), False

    def named(self, key: str) -> Q:
        """Return what is found by this phrase."""
        raise NotImplementedError  # each site page says what its phrases find

    def of(self, guid: Any) -> Q:
        """Return what is found by this GUID."""
        return Q(pk=guid)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {**(extra_context or {}), "links": self.links_above_list()}
        return super().changelist_view(request, context)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        links = self.links_above(context["original"])
        return super().render_change_form(request, {**context, "links": links}, *args, **kwargs)

    def links_above_list(self) -> list[Link]:
        """Return the buttons above the list."""
        return []

    def links_above(self, obj: Any) -> list[Link]:
        """Return the buttons above the page of ``obj``."""
        return [activity_link(obj.pk)]


def activity_link(guid: Any) -> Link:
    """Return the button that leads to the audit events of what has this GUID."""
    return Link(
        gettext("Activity"), f"{reverse('admin:clients_app_auditevent_changelist')}?q={guid}"
    )
