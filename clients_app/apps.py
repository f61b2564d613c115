"""The app of the portal."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClientsAppConfig(AppConfig):
    name = "clients_app"
    verbose_name = _("Security > Clients")
    default_auto_field = "django.db.models.BigAutoField"
