"""Notices: how people and machines are told of the ends of secrets; each part is a form."""

from typing import Any
from uuid import UUID

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
from clients_app.models import CalendarFeed, Delivery
from clients_app.permissions import Action, allows
from clients_app.rules.notices import STAGES
from clients_app.selectors.notices.expirations import feed_of, recent_deliveries, webhook_of
from clients_app.services.notices import calendar_links, channels, deliveries
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import see_other, show

_sent = require_http_methods(["GET", "HEAD", "POST"])  # a GET, as of a reload, shows the page


@require_safe
@signed_in
@may(Action.READ_CLIENTS)
def notices(request: HttpRequest) -> HttpResponse:
    """Show one's calendar; to those who may, mail, webhook and the messages that were sent."""
    return _page(request)


@_sent
@signed_in
@may(Action.MANAGE_NOTICES)
@keeps("mails_notices")
def notices_mail(request: HttpRequest) -> HttpResponse:
    """Turn the mails of the tenant on or off."""
    on = "mails_notices" in request.POST
    if BACK in request.POST:
        return _page(request, mails_notices=on)
    if request.method == "POST":
        channels.set_mail(on=on, actor=actor_of(request), now=timezone.now())
        messages.success(request, gettext("Mail is on.") if on else gettext("Mail is off."))
    return see_other(reverse("notices"))


@_sent
@signed_in
@may(Action.MANAGE_NOTICES)
def notices_test(request: HttpRequest, channel: str) -> HttpResponse:
    """Queue a test: to the webhook, or to the own address."""
    if is_sent(request) and channel in Delivery.Channel.values:
        actor, to = actor_of(request), person_of(request).email
        try:
            sent = channels.send_test(channel, to=to, actor=actor, now=timezone.now())
        except RuleBroken as error:
            return _page(request, status=422, wrong={channel: sentence_of(error)})
        said = gettext("A test is on its way to %(recipient)s.") % {"recipient": sent.recipient}
        messages.success(request, said)
    return see_other(reverse("notices"))


@_sent
@sensitive_variables("made")
@signed_in
@may(Action.MANAGE_NOTICES)
@keeps("url")
def notices_webhook(request: HttpRequest) -> HttpResponse:
    """Set the address; a first one shows its signing secret, once."""
    if request.method != "POST":
        return see_other(reverse("notices"))
    url = request.POST.get("url", "")
    if BACK in request.POST:
        return _page(request, typed=url)
    try:
        made = channels.set_webhook(url, actor=actor_of(request), now=timezone.now())
    except RuleBroken as error:
        return _page(request, status=422, wrong={"webhook": sentence_of(error)}, typed=url)
    if made is not None:
        return _page(request, signing_secret=made.plain)
    messages.success(request, gettext("Webhook saved."))
    return see_other(reverse("notices"))


@_sent
@sensitive_variables("made")
@signed_in
@may(Action.MANAGE_NOTICES)
@keeps("seen")
def notices_secret(request: HttpRequest) -> HttpResponse:
    """Make a new signing secret and show it, once; a reload makes no other."""
    webhook = webhook_of(actor_of(request).tenant_id)
    seen = request.POST.get("seen")
    if not is_sent(request) or webhook is None or seen != webhook.set_at.isoformat():
        return see_other(reverse("notices"))
    made = channels.renew_secret(actor=actor_of(request), now=timezone.now())
    return _page(request, signing_secret=made.plain)


@_sent
@signed_in
@may(Action.MANAGE_NOTICES)
def notices_webhook_remove(request: HttpRequest) -> HttpResponse:
    """Post nothing any more."""
    if is_sent(request):
        channels.remove_webhook(actor=actor_of(request), now=timezone.now())
        messages.success(request, gettext("Webhook removed."))
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
            return _page(request, status=422, wrong={"messages": sentence_of(error)})
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
    return feed.made_at.isoformat() if feed else ""


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    actor, feed = actor_of(request), feed_of(person_of(request))
    context: dict[str, Any] = {
        "feed": feed,
        "feed_stamp": _stamp(feed),
        "stages": get_text_list(list(map(str, STAGES[:0:-1])), gettext("and")),
        "hour": f"{conf.notice_hour():02}:00",
        "zone_of_notices": str(conf.installation_zone()),
        "may_manage": allows(actor, Action.MANAGE_NOTICES),
        "mails_notices": person_of(request).tenant.mails_notices,
        **more,
    }
    if context["may_manage"]:
        webhook = webhook_of(actor.tenant_id)
        context |= {
            "sends_mail": conf.sends_mail(),
            "webhook": webhook,
            "webhook_stamp": webhook.set_at.isoformat() if webhook else "",
            "url": more.get("typed", webhook.url if webhook else ""),
            "deliveries": recent_deliveries(actor.tenant_id),
        }
    title = gettext("Notices")
    return show(request, "settings/notices", context, title=title, fragments=(), status=status)
