"""Which secret was replaced by which."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients_app", "0005_introspection")]
    operations = [
        migrations.AddField(
            model_name="clientsecret",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="successors",
                to="clients_app.clientsecret",
            ),
        ),
    ]
