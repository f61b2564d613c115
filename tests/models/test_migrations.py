"""Migrations run while nodes of the former release serve, and can be reversed (AVA-8).

django-migration-linter reads the statements for PostgreSQL. SQLite has one node, so there it only
says what cannot be reversed.
"""

from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
APP = "clients_app"
FIRST = "0001_initial"  # makes the tables of 0.2.0; there is no code before it

#: what old code cannot live with, by migration and operation, and why it is right all the same:
#: for example, the release before has stopped using the column
ALLOWED: dict[tuple[str, str], str] = {
    **{
        (
            "0002_keys_and_identities",
            f"Create constraint {name}_of_{column}_unique on model {name.replace('_', '')}",
        ): "it begins with a new column, which old code leaves empty"
        for name in ("notice", "token_usage")
        for column in ("key", "identity")
    },
    (
        "0002_keys_and_identities",
        "Create constraint secret_address_of_key_unique on model secretaddress",
    ): "it begins with a new column, which old code leaves empty",
    (
        "0002_keys_and_identities",
        "Create constraint token_usage_without_secret_unique on model tokenusage",
    ): "old nodes keep the counts of public clients in memory until they stop",
}


def faults_of(operation: Operation, before: ProjectState) -> list[str]:
    """Return what is wrong with an operation on tables of which code of ``before`` uses all."""
    faults = [] if operation.reversible else ["cannot be reversed"]
    if connection.vendor != "postgresql" or isinstance(operation, migrations.RunPython):
        return faults
    after = before.clone()
    operation.state_forwards(APP, after)
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        operation.database_forwards(APP, editor, before, after)
    errors, _, _ = analyse_sql_statements(PostgresqlAnalyser, editor.collected_sql, [])
    return [*faults, *(error.message for error in errors)]


def test_migrations_fit_the_code_of_the_former_release_and_can_be_reversed() -> None:
    loader = MigrationLoader(connection)
    found = {}
    for app, name in loader.graph.forwards_plan(loader.graph.leaf_nodes(APP)[0]):
        if app != APP or name == FIRST:
            continue
        migration = loader.graph.nodes[app, name]
        before = loader.project_state((app, name), at_end=False)
        for operation in migration.operations:
            if faults := faults_of(operation, before):
                found[name, operation.describe()] = faults
            operation.state_forwards(APP, before)

    assert {place: found[place] for place in found.keys() - ALLOWED.keys()} == {}
    assert ALLOWED.keys() <= found.keys() or connection.vendor != "postgresql"


LINE = {"model_name": "client", "name": "cost_center"}


@pytest.mark.parametrize(
    ("operation", "is_fine"),
    [
        (migrations.AddField(**LINE, field=models.CharField(max_length=9, null=True)), True),
        (migrations.AddField(**LINE, field=models.CharField(max_length=9, db_default="")), True),
        (migrations.AddField(**LINE, field=models.CharField(max_length=9, default="")), False),
        (migrations.RemoveField("client", "description"), False),
        (migrations.RenameField("client", "description", "text"), False),
        (migrations.AlterField("client", "name", models.IntegerField()), False),
        (migrations.DeleteModel("SavedFilter"), False),
        (migrations.RenameModel("SavedFilter", "KeptFilter"), False),
        (migrations.CreateModel("Ticket", [("id", models.BigAutoField(primary_key=True))]), True),
    ],
)
def test_operation_that_old_code_cannot_live_with_is_found(operation: Any, is_fine: bool) -> None:
    before = MigrationLoader(connection).project_state()

    faults = faults_of(operation, before)

    assert (faults == []) is (is_fine or connection.vendor != "postgresql"), faults


def test_operation_that_cannot_be_reversed_is_found() -> None:
    assert faults_of(migrations.RunPython(print), ProjectState()) == ["cannot be reversed"]
