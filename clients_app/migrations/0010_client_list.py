"""What the list sorts and counts clients by stands on their rows, in one index."""

from typing import Any

from django.db import migrations, models
from django.db.models import Case, Exists, Max, Min, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Now

MEMBER = "7ad2b9ef53864eadac9fad99c5c5b977"
CUSTOM = "c1d6a0f37b524e0a9d6c3f4b8a2e5d70"


def note(apps: Any, schema_editor: Any) -> None:
    """Say of each client that is there what the services say of those they change."""
    Client = apps.get_model("clients_app", "Client")
    Role = apps.get_model("clients_app", "Role")
    Secret = apps.get_model("clients_app", "ClientSecret")
    mine = Secret.objects.filter(client=OuterRef("pk"), retired_at=None).order_by()
    live = mine.filter(expires_at__gt=Now()).values("client").annotate(at=Min("expires_at"))
    over = mine.filter(expires_at__lte=Now()).values("client").annotate(at=Max("expires_at"))
    rank = Case(
        When(role_type_id=CUSTOM, then=0), When(role_type_id=MEMBER, then=2), default=1
    )
    held = Role.objects.filter(clients=OuterRef("pk")).alias(rank=rank).order_by("rank", "name_key")
    Client.objects.update(
        never_expires=Exists(mine.filter(expires_at=None)),
        first_role_key=Coalesce(Subquery(held.values("name_key")[:1]), Value("")),
    )
    Client.objects.update(
        next_expires_at=Coalesce(
            Subquery(live.values("at")),
            Case(When(never_expires=False, then=Subquery(over.values("at")))),
        )
    )


class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0009_notices'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='client',
            name='client_by_name',
        ),
        migrations.RemoveIndex(
            model_name='client',
            name='client_by_last_token',
        ),
        migrations.RemoveIndex(
            model_name='client',
            name='client_by_expiry',
        ),
        migrations.AddField(
            model_name='client',
            name='first_role_key',
            field=models.CharField(blank=True, max_length=180),
        ),
        migrations.AddField(
            model_name='client',
            name='never_expires',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(note, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(fields=['tenant', 'removed_at', 'client_type', 'name_key', 'is_enabled', 'last_token_at', 'created_at', 'next_expires_at', 'never_expires', 'first_role_key', 'id'], name='client_listed'),
        ),
    ]
