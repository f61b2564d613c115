"""How a command prints what it found or did: for people, or as JSON."""

import json
from argparse import Namespace
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.management.base import BaseCommand

from clients_app.management.table import Table

Row = TypeVar("Row")


class PrintingCommand(BaseCommand):
    """A command with the option ``--json``, which programs use."""

    def print_json(self, values: dict[str, Any]) -> None:
        """Print an object on one line."""
        self.stdout.write(json.dumps(values))

    def list_rows(
        self,
        given: Namespace,
        rows: Iterable[Row],
        values_of: Callable[[Row], dict[str, Any]],
        cells_of: Callable[[Row], Iterable[object]],
        /,
        **columns: int,
    ) -> None:
        """Write a line for each row: its cells in ``columns``, or its values with ``--json``.

        ``last_token=16`` is a column LAST TOKEN of 16 characters.
        """
        if given.json:
            for row in rows:
                self.print_json(values_of(row))
            return
        table = Table(self.stdout.write, **columns)
        for row in rows:
            table.row(*cells_of(row))

    def tell(self, given: Namespace, sentence: str, *values: dict[str, Any]) -> None:
        """Print a sentence; with ``--json`` instead what there is now, an object on each line.

        What was removed has no values.
        """
        if not given.json:
            self.stdout.write(sentence)
            return
        for one in values:
            self.print_json(one)
