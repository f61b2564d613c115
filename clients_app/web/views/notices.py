"""Notices: how people and machines learn which secrets expire; each part is a form."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from clients_app import conf
from clients_app.errors import NotFound, RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK, is_sent, keeps
from clients_app.identity.person import person_of
from clients_app.models import CalendarFeed
from clients_app.permissions import Action, allows
from clients_app.rules.notices import STAGES
from clients_app.selectors.notices.expirations import channels_of, feed_of, recent_deliveries
from clients_app.services.notices import calendar_links, channel_settings, deliveries
from clients_app.services.notices.table import CHANNELS
from clients_app.web.access import may, signed_in
from clients_app.web.forms.channel_form import channel_context, icon_of
from clients_app.web.htmx import see_other, show

_sent = require_http_methods(["GET", "HEAD", "POST"])  # a GET, as of a reload, shows the page


@require_safe
@signed_in
@may(Action.READ_CLIENTS)
def notices(request: HttpRequest) -> HttpResponse:
    """Show one's calendar; to those who may, mail, webhook and the messages that were sent."""
    return _page(request)


@_sent
@sensitive_variables("made")
@signed_in
@may(Action.MANAGE_NOTICES)
@keeps(*{field.name for channel in CHANNELS.values() for field in channel.fields})
def notices_channel(request: HttpRequest, channel: str) -> HttpResponse:
    """Set a channel; a first one that signs shows its signing secret, once."""
    if request.method != "POST":
        return see_other(reverse("notices"))
    chosen = channel_settings.channel_named(channel)
    typed = {
        field.name: field.name in request.POST
        if field.is_checkbox
        else request.POST.get(field.name, "")
        for field in chosen.fields
    }
    if BACK in request.POST:
        return _page(request, channel, typed=typed)
    try:
        made = channel_settings.set_channel(
            channel, typed, actor=actor_of(request), now=timezone.now()
        )
    except RuleBroken as error:
        return _page(request, channel, status=422, wrong=error, typed=typed)
    if made is not None:
        return _page(request, channel, signing_secret=made.plain)
    messages.success(request, gettext("%(channel)s saved.") % {"channel": chosen.label})
    return see_other(reverse("notices"))


@_sent
@signed_in
@may(Action.MANAGE_NOTICES)
def notices_test(request: HttpRequest, channel: str) -> HttpResponse:
    """Queue a test: to where the channel leads, or to the own address."""
    if is_sent(request):
        actor, email = actor_of(request), person_of(request).email
        try:
            sent = channel_settings.send_test(channel, email=email, actor=actor, now=timezone.now())
        except RuleBroken as error:
            return _page(request, channel, status=422, wrong=error)
        said = gettext("A test is on its way to %(recipient)s.") % {"recipient": sent.recipient}
        messages.success(request, said)
    return see_other(reverse("notices"))


@_sent
@sensitive_variables("made")
@signed_in
@may(Action.MANAGE_NOTICES)
@keeps("seen")
def notices_secret(request: HttpRequest, channel: str) -> HttpResponse:
    """Make a new signing secret and show it, once; a reload makes no other."""
    row = channels_of(actor_of(request).tenant_id).get(channel)
    seen = request.POST.get("seen")
    if not is_sent(request) or row is None or seen != row.set_at.isoformat():
        return see_other(reverse("notices"))
    made = channel_settings.renew_secret(channel, actor=actor_of(request), now=timezone.now())
    return _page(request, channel, signing_secret=made.plain)


@_sent
@signed_in
@may(Action.MANAGE_NOTICES)
def notices_remove(request: HttpRequest, channel: str) -> HttpResponse:
    """Send nothing on a channel any more."""
    if is_sent(request):
        channel_settings.remove_channel(channel, actor=actor_of(request), now=timezone.now())
        label = channel_settings.channel_named(channel).label
        messages.success(request, gettext("%(channel)s removed.") % {"channel": label})
    return see_other(reverse("notices"))


@_sent
@signed_in
@may(Action.MANAGE_NOTICES)
def notices_retry(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Send a message again that failed."""
    if is_sent(request):
        try:
            deliveries.retry(delivery_id, actor=actor_of(request), now=timezone.now())
        except RuleBroken as error:
            return _page(request, status=422, not_sent_again=sentence_of(error))
        messages.success(request, gettext("The message is being sent again."))
    return see_other(reverse("notices"))


@_sent
@sensitive_variables("key", "address")
@signed_in
@may(Action.READ_CLIENTS)
@keeps("seen")
def notices_calendar(request: HttpRequest) -> HttpResponse:
    """Make a calendar address and show it, once; a reload makes no other."""
    person = person_of(request)
    if not is_sent(request) or request.POST.get("seen") != _stamp(feed_of(person_of(request))):
        return see_other(reverse("notices"))
    key = calendar_links.make_feed(person, actor=actor_of(request), now=timezone.now())
    address = conf.public_url() + reverse("calendar", kwargs={"key": key})
    return _page(request, calendar_address=address)


@_sent
@signed_in
@may(Action.READ_CLIENTS)
def notices_calendar_remove(request: HttpRequest) -> HttpResponse:
    """Let one's calendar address stop working."""
    if is_sent(request):
        try:
            calendar_links.remove_feed(
                person_of(request), actor=actor_of(request), now=timezone.now()
            )
            messages.success(request, gettext("The calendar link no longer works."))
        except NotFound as error:
            messages.success(request, sentence_of(error))
    return see_other(reverse("notices"))


def _stamp(feed: CalendarFeed | None) -> str:
    return feed.created_at.isoformat() if feed else ""


def _page(
    request: HttpRequest, channel: str = "", *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the page; ``more`` is what a form of ``channel``, or of the page, has led to."""
    actor, feed = actor_of(request), feed_of(person_of(request))
    context: dict[str, Any] = {
        "feed": feed,
        "feed_stamp": _stamp(feed),
        "stages": get_text_list(list(map(str, STAGES[:0:-1])), gettext("and")),
        "hour": f"{settings.NOTICE_HOUR:02}:00",
        "zone_of_notices": str(conf.installation_zone()),
        "may_manage": allows(actor, Action.MANAGE_NOTICES),
    }
    if context["may_manage"]:
        rows, email = channels_of(actor.tenant_id), person_of(request).email
        context["channels"] = [
            channel_context(each, rows.get(name), email, **(more if name == channel else {}))
            for name, each in CHANNELS.items()
        ]
        sent = recent_deliveries(actor.tenant_id)
        context["deliveries"] = [(one, icon_of(one.channel)) for one in sent]
    title = gettext("Notices")
    return show(
        request, "settings/notices", {**context, **more}, title=title, fragments=(), status=status
    )
