"""Filters that a person saves for their own use: no event, as they concern nobody else."""

from django.db import transaction

from clients_app.errors import NotFound, RuleBroken, gettext_noop
from clients_app.limits import SAVED_FILTERS_MAX
from clients_app.models import Person, SavedFilter
from clients_app.rules.names import clean_filter_name, key_of


def save_filter(person: Person, name: str, *, query: str) -> SavedFilter:
    """Keep ``query`` under ``name``; a filter of that name is replaced.

    Errors: RuleBroken (field name) for a bad name, and for more than 20.
    """
    name = clean_filter_name(name)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)  # for their number
        own = SavedFilter.objects.filter(person=person)
        row = own.filter(name_key=key_of(name)).first() or SavedFilter(person=person)
        if row.pk is None and own.count() >= SAVED_FILTERS_MAX:
            raise RuleBroken(
                gettext_noop("There are %(maximum)s saved filters; remove one first."),
                field="name",
                maximum=SAVED_FILTERS_MAX,
            )
        row.name, row.query = name, query
        row.save()
    return row


def remove_filter(person: Person, filter_id: int) -> str:
    """Remove a filter of ``person``; return its name.

    Errors: NotFound, also for one of somebody else.
    """
    row = SavedFilter.objects.filter(person=person, pk=filter_id).first()
    if row is None:
        raise NotFound(gettext_noop("There is no such filter. It may have been removed."))
    row.delete()
    return row.name
