"""The calendar of expirations, at a private address that needs no sign-in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients_app.identity.actor import acting
from clients_app.identity.person import zone_of
from clients_app.permissions import Action, allows
from clients_app.selectors.notices.expirations import calendar_credentials, feed_owner
from clients_app.selectors.people.lookup import rights_of
from clients_app.services.notices.calendar import calendar_of
from clients_app.services.notices.calendar_links import digest_of


@require_safe
def calendar(request: HttpRequest, key: str) -> HttpResponse:
    """Return what the owner of the address may see now; 404 for an unknown key."""
    person, now = feed_owner(digest_of(key)), timezone.now()
    if person is None:
        raise Http404
    with timezone.override(zone_of(person)):
        actor = acting(request, person, rights=rights_of(person))
        sees_all = allows(actor, Action.READ_SECRETS)
        credentials = calendar_credentials(person, sees_all=sees_all, now=now)
        body = calendar_of(person.tenant.name, credentials, now=now)
    headers = {"Content-Disposition": 'attachment; filename="client-secrets.ics"'}
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
