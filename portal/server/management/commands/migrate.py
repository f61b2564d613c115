"""`manage.py migrate`: Django's, in turn with other nodes, without the time limits of requests."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoCommand

from clients_app.management.schema import refuse_other_versions
from portal.server.first_start import one_at_a_time


class Command(DjangoCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the tables up to this version, or to the migration that is named."""
        with one_at_a_time():
            refuse_other_versions()
            super().handle(*args, **options)
