"""Filters that people save for themselves; no audit event, because they affect nobody else."""

from django.db import transaction

from clients_app.errors import NotFound, RuleBroken
from clients_app.errors import gettext_noop as _
from clients_app.limits import SAVED_FILTERS_MAX
from clients_app.models import Person, SavedFilter
from clients_app.rules.names import clean_filter_name, key_of


@transaction.atomic
def save_filter(person: Person, name: str, *, query: str) -> SavedFilter:
    """Save ``query`` under ``name``, replacing a filter of that name.

    Errors: RuleBroken (name) for a bad name, and for more than 20.
    """
    name = clean_filter_name(name)
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # for the count below
    own = SavedFilter.objects.filter(person=person)
    row = own.filter(name_key=key_of(name)).first() or SavedFilter(person=person)
    if row.pk is None and own.count() >= SAVED_FILTERS_MAX:
        sentence = _("There are %(maximum)s saved filters; remove one first.")
        raise RuleBroken(sentence, field="name", maximum=SAVED_FILTERS_MAX)
    row.name, row.query = name, query
    row.save()
    return row


def remove_filter(person: Person, filter_id: int) -> str:
    """Remove a filter of ``person`` and return its name; raise NotFound if they do not have it."""
    row = SavedFilter.objects.filter(person=person, pk=filter_id).first()
    if row is None:
        raise NotFound(_("There is no such filter. It may have been removed."))
    row.delete()
    return row.name
