"""A migration on SQLite copies a table to change it; its triggers stay."""

from collections.abc import Iterator

import pytest
from django.db import connections, models
from django.test.utils import isolate_apps

from portal.storage.sqlite3.base import DatabaseWrapper

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def database() -> Iterator[DatabaseWrapper]:
    """An empty database in memory, without checks of foreign keys, as migrations have it."""
    settings = {**connections["default"].settings_dict, "NAME": ":memory:", "OPTIONS": {}}
    connections["memory"] = made = DatabaseWrapper(settings, "memory")
    made.disable_constraint_checking()
    yield made
    made.close()
    del connections["memory"]


@isolate_apps("clients_app")
def test_triggers_of_a_copied_table_stay(database: DatabaseWrapper) -> None:
    class Pump(models.Model):
        name = models.CharField(max_length=9)

        class Meta:
            app_label = "clients_app"

        def __str__(self) -> str:
            return self.name

    column = models.CharField(max_length=9, default="north")  # for each row: so it is a copy
    column.set_attributes_from_name("site")
    with database.schema_editor() as editor:
        editor.create_model(Pump)
        editor.execute(
            "CREATE TRIGGER no_pump_100 BEFORE INSERT ON clients_app_pump "
            "WHEN NEW.name LIKE '%100%' BEGIN SELECT RAISE(ABORT, 'no'); END",
            params=None,
        )

        editor.add_field(Pump, column)

    with database.cursor() as cursor:
        cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        assert cursor.fetchall() == [("clients_app_pump", "no_pump_100")]
