"""Notices: how people and machines learn what needs attention; each part is a form."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from clients_app import conf
from clients_app.errors import ChangedMeanwhile, NotFound, RuleBroken
from clients_app.http.sentences import sentence_of
from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK
from clients_app.identity.person import person_of
from clients_app.limits import ALERTS_PER_HOUR
from clients_app.models import CalendarFeed
from clients_app.permissions import Action, allows
from clients_app.rules.notices import STAGES
from clients_app.selectors.notices.expirations import channels_of, feed_of, recent_deliveries
from clients_app.services.alerts.settings import mute_alerts
from clients_app.services.notices import calendar_links, channel_settings, deliveries
from clients_app.services.notices.table import CHANNELS
from clients_app.web.access import button, screen, window
from clients_app.web.addresses import NOTICES, at
from clients_app.web.form_window import edited_by
from clients_app.web.forms.alerts_form import AlertsForm
from clients_app.web.forms.channel_form import channel_context, icon_of
from clients_app.web.htmx import see_other, show
from clients_app.web.once import once


@at(NOTICES)
@screen(Action.READ_CLIENTS)
def notices(request: HttpRequest) -> HttpResponse:
    """Show one's calendar; with permission, also mail, webhook, alerts and the messages."""
    return _page(request)


@at(f"{NOTICES}/<slug:channel>")
@sensitive_variables("created")
@window(
    Action.MANAGE_NOTICES,
    *{field.name for channel in CHANNELS.values() for field in channel.fields},
    "version",
)
@once("notices", _("Saved. If you did not see a new signing secret, create another one."))
def notices_channel(request: HttpRequest, channel: str) -> HttpResponse:
    """Save a channel; the first time, one that signs shows its signing secret, once."""
    if request.method != "POST":
        return see_other("notices")
    chosen = channel_settings.channel_named(channel)
    typed = {
        field.name: field.name in request.POST
        if field.is_checkbox
        else request.POST.get(field.name, "")
        for field in chosen.fields
    }
    if BACK in request.POST:
        return _page(request, channel, typed=typed)
    actor, now = actor_of(request), timezone.now()
    try:
        created = channel_settings.set_channel(
            channel, typed, actor=actor, now=now, seen=request.POST.get("version")
        )
    except (RuleBroken, ChangedMeanwhile) as error:
        return _page(request, channel, status=422, wrong=error, typed=typed)
    if created is not None:
        return _page(request, channel, signing_secret=created)
    return _done(request, gettext("%(channel)s saved.") % {"channel": chosen.label})


@at(f"{NOTICES}/alerts")
@window(Action.MANAGE_NOTICES, AlertsForm)
@once("notices", _("Alerts saved."))
def notices_alerts(request: HttpRequest) -> HttpResponse:
    """Save which alerts the tenant gets."""
    if request.method != "POST":
        return see_other("notices")
    if BACK in request.POST:
        return _page(request, alerts=AlertsForm.shown(request.POST))
    form = AlertsForm(request.POST)
    form.full_clean()
    try:
        mute_alerts(form.mutes, **edited_by(request, form))
    except ChangedMeanwhile as error:
        form.add_broken(error)
        form.show_changes(error.row)
        return _page(request, status=422, alerts=form)
    return _done(request, gettext("Alerts saved."))


@at(f"{NOTICES}/<slug:channel>/test")
@button("notices", Action.MANAGE_NOTICES)
@once("notices", _("A test is on its way."))
def notices_test(request: HttpRequest, channel: str) -> HttpResponse:
    """Queue a test message to the recipient of the channel, or to one's own address."""
    actor, email = actor_of(request), person_of(request).email
    try:
        sent = channel_settings.send_test(channel, email=email, actor=actor, now=timezone.now())
    except RuleBroken as error:
        return _page(request, channel, status=422, wrong=error)
    message = gettext("A test is on its way to %(recipient)s.")
    return _done(request, message % {"recipient": sent.recipient})


@at(f"{NOTICES}/<slug:channel>/secret")
@sensitive_variables("created")
@button("notices", Action.MANAGE_NOTICES, "seen")
@once("notices", _("A new signing secret was created. If you did not see it, create another one."))
def notices_secret(request: HttpRequest, channel: str) -> HttpResponse:
    """Create a new signing secret and show it, once."""
    actor = actor_of(request)
    row = channels_of(actor.tenant_id).get(channel)
    if row is None or request.POST.get("seen") != channel_settings.stamp_of(row):
        return _out_of_date(request)
    created = channel_settings.renew_secret(channel, actor=actor, now=timezone.now())
    return _page(request, channel, signing_secret=created)


@at(f"{NOTICES}/<slug:channel>/remove")
@button("notices", Action.MANAGE_NOTICES, "version")
@once("notices", _("Removed."))
def notices_remove(request: HttpRequest, channel: str) -> HttpResponse:
    """Stop sending on a channel."""
    row = channels_of(actor_of(request).tenant_id).get(channel)
    if row is not None and request.POST.get("version", "") not in {
        "",
        channel_settings.stamp_of(row),
    }:
        return _out_of_date(request)
    channel_settings.remove_channel(channel, actor=actor_of(request), now=timezone.now())
    label = channel_settings.channel_named(channel).label
    return _done(request, gettext("%(channel)s removed.") % {"channel": label})


@at(f"{NOTICES}/messages/<uuid:delivery_id>")
@button("notices", Action.MANAGE_NOTICES)
@once("notices", _("The message is being sent again."))
def notices_retry(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Send a failed message again."""
    try:
        deliveries.retry(delivery_id, actor=actor_of(request), now=timezone.now())
    except RuleBroken as error:
        return _page(request, status=422, not_sent_again=sentence_of(error))
    return _done(request, gettext("The message is being sent again."))


@at(f"{NOTICES}/calendar")
@sensitive_variables("key", "address")
@button("notices", Action.READ_CLIENTS, "seen")
@once("notices", _("A new calendar link was created. If you did not see it, create another one."))
def notices_calendar(request: HttpRequest) -> HttpResponse:
    """Create a calendar address and show it, once."""
    person = person_of(request)
    if request.POST.get("seen") != _stamp(feed_of(person)):
        return _out_of_date(request)
    key = calendar_links.create_feed(person, actor=actor_of(request), now=timezone.now())
    address = conf.public_url() + reverse("calendar", kwargs={"key": key})
    return _page(request, calendar_address=address)


@at(f"{NOTICES}/calendar/remove")
@button("notices", Action.READ_CLIENTS)
@once("notices", _("The calendar link no longer works."))
def notices_calendar_remove(request: HttpRequest) -> HttpResponse:
    """Disable one's calendar address."""
    person, actor = person_of(request), actor_of(request)
    try:
        calendar_links.remove_feed(person, actor=actor, now=timezone.now())
    except NotFound as error:
        return _done(request, sentence_of(error))
    return _done(request, gettext("The calendar link no longer works."))


def _done(request: HttpRequest, message: str) -> HttpResponse:
    messages.success(request, message)
    return see_other("notices")


def _out_of_date(request: HttpRequest) -> HttpResponse:
    messages.warning(request, gettext("This page was out of date. Nothing was changed."))
    return see_other("notices")


def _stamp(feed: CalendarFeed | None) -> str:
    return feed.created_at.isoformat() if feed else ""


def _page(
    request: HttpRequest, channel: str = "", *, status: int = 200, **result: Any
) -> HttpResponse:
    """Show the page, with the ``result`` of a form of ``channel`` or of the page."""
    actor, person = actor_of(request), person_of(request)
    feed = feed_of(person)
    context: dict[str, Any] = {
        "feed": feed,
        "feed_stamp": _stamp(feed),
        "stages": get_text_list(list(map(str, STAGES[:0:-1])), gettext("and")),
        "hour": f"{settings.NOTICE_HOUR:02}:00",
        "zone_of_notices": str(conf.installation_zone()),
        "may_manage": allows(actor, Action.MANAGE_NOTICES),
        "alerts": AlertsForm.opened(person.tenant),
        "alerts_per_hour": ALERTS_PER_HOUR,
        **result,
    }
    if context["may_manage"]:
        rows, sent = channels_of(actor.tenant_id), recent_deliveries(actor.tenant_id)
        context["channels"] = [
            channel_context(
                each, rows.get(name), person.email, **(result if name == channel else {})
            )
            for name, each in CHANNELS.items()
        ]
        context["form"] = context["alerts"]  # for the summary of what is wrong
        context["deliveries"] = [(one, icon_of(one.channel)) for one in sent]
    title = gettext("Notices")
    return show(request, "settings/notices", context, title=title, fragments=(), status=status)
