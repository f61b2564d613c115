"""The site at /admin/: who may enter, and which of Django's own pages it leaves out."""

from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from clients_app.errors import Forbidden, NotFound
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import acting
from clients_app.identity.factor_status import lacks_demanded_factor
from clients_app.identity.kept_forms import View, keeps
from clients_app.identity.person import person_of, zone_of
from clients_app.identity.proof import with_proof
from clients_app.permissions import Action
from clients_app.services.activity.refused_attempts import note_refused

_METHODS: Final = ("GET", "HEAD", "POST")
#: Staff sign in, sign out and change passwords in the portal; this site does not need the rest
_LEFT_OUT: Final = (
    *("login", "logout", "password_change", "password_change_done"),
    *("autocomplete", "view_on_site"),
)


def _site_name() -> str:
    return gettext("%(portal)s for Staff") % {"portal": settings.PORTAL_NAME}


class StaffSite(AdminSite):
    """Active Staff may use all of it; it has no finer permissions."""

    site_header = site_title = lazy(_site_name, str)()
    index_title = _("All tenants")
    index_template = "admin/front.html"
    sign_in_first: View  # of the portal, keeps what was typed; set by ``portal.urls``

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return ``view`` for Staff only, in their time zone; other people sign in or are refused.

        This is the one place that turns the errors of services into answers, and that asks for
        the proof of identity that they require.
        """

        @keeps()
        @wraps(view)
        @sensitive_post_parameters()
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return self.sign_in_first(request)
            if not self.has_permission(request):
                _note(Forbidden("", action=Action.MANAGE_INSTALLATION), request)
                return self.refuse(request, gettext("Only Staff may use this site."))
            if lacks_demanded_factor(person_of(request)):
                return redirect("account-authenticator")
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            with timezone.override(zone_of(person_of(request))):
                try:
                    response = with_proof(request, lambda: view(request, *args, **kwargs), _ask)
                except PermissionDenied:
                    return self.refuse(request, gettext("This site does not allow this."))
                except Forbidden as error:
                    _note(error, request)
                    return self.refuse(request, sentence_of(error))
                except NotFound as error:
                    raise Http404(str(error)) from error
                if isinstance(response, SimpleTemplateResponse):
                    response.render()  # while the time zone holds
                return response

        return guarded

    def refuse(self, request: HttpRequest, sentence: str) -> HttpResponse:
        """Return a page with ``sentence``, and nothing that only Staff may see."""
        context = {
            "title": gettext("Not allowed"),
            "sentence": sentence,
            "site_title": self.site_title,
            "site_header": self.site_header,
        }
        return render(request, "admin/refused.html", context, status=403)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [url for url in super().get_urls() if getattr(url, "name", None) not in _LEFT_OUT]

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """Return nothing: the audit chain is the record, and Django's own log stays empty."""
        return LogEntry.objects.none()


def _ask(request: HttpRequest, context: dict[str, Any], status: int) -> HttpResponse:
    frame = {**site.each_context(request), "title": gettext("Confirm your identity")}
    response = render(request, "admin/confirm_identity.html", {**frame, **context}, status=status)
    if "leave_to" in context:  # no redirect, which ``form-action`` may not allow
        response["Refresh"] = f"0; url={context['leave_to']}"
    return response


def _note(error: Forbidden, request: HttpRequest) -> None:
    note_refused(error, actor=acting(request, person_of(request)), now=timezone.now())


site = StaffSite()
