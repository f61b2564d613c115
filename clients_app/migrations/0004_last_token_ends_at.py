"""Until when the last token of a client is valid; a tenant's name is its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clients_app", "0003_token_refusal")]
    operations = [
        migrations.AddField(
            model_name="client",
            name="last_token_ends_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="tenant",
            constraint=models.UniqueConstraint(fields=("name",), name="tenant_name_once"),
        ),
    ]
