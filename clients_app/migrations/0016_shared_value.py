"""Nothing any more: its table is made by 0019."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('clients_app', '0015_limits_kept'),
    ]

    operations = [
    ]
