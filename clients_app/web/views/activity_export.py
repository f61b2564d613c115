"""Export of Activity: what the screen is filtered by, as CSV or JSON lines, streamed."""

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import is_sent, keeps
from clients_app.permissions import Action
from clients_app.selectors.activity.events import COUNTED_MAX, activity_count
from clients_app.services.activity.export import FORMATS, TooManyExports, export_activity
from clients_app.web import error_pages
from clients_app.web.access import may, signed_in
from clients_app.web.activity_state import activity_state
from clients_app.web.htmx import show
from clients_app.web.views.activity import filter_of, told


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.EXPORT_ACTIVITY)
@keeps("format")
def activity_export(request: HttpRequest) -> Any:  # an answer in pieces is no HttpResponse
    """Ask in which format; send the file."""
    actor, now = actor_of(request), timezone.now()
    said = activity_state(request.GET).at()
    wanted = filter_of(said, actor.tenant_id)
    chosen = request.POST.get("format", "")
    if is_sent(request) and chosen in FORMATS:
        try:
            lines = export_activity(wanted, chosen, query=told(said, wanted), actor=actor, now=now)
        except TooManyExports as error:
            return error_pages.busy(request, error)
        response = StreamingHttpResponse(lines, content_type=FORMATS[chosen].content_type)
        name = f"activity-{now:%Y-%m-%dT%H%M%SZ}.{chosen}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
    count = activity_count(wanted)
    context = {
        "action": reverse("activity-export") + said.query(),
        "back": reverse("activity") + said.query(),
        "count": min(count, COUNTED_MAX),
        "is_more": count > COUNTED_MAX,
    }
    status = 422 if is_sent(request) else 200
    return show(
        request,
        "activity/activity_export",
        context,
        title=gettext("Export Activity"),
        status=status,
    )
