"""Add Role: its name, which APIs read, and what it is for."""

from django.utils.translation import gettext_lazy as _

from clients_app.limits import ROLE_DESCRIPTION_MAX
from clients_app.rules.names import clean_line, clean_role_name
from clients_app.web.forms.window_form import WindowForm, line


class RoleForm(WindowForm):
    name = line(_("Name"))
    description = line(_("Description"))

    def clean_name(self) -> str:
        return self.obey(clean_role_name, "name")

    def clean_description(self) -> str:
        return self.obey(
            lambda text: clean_line(text, maximum=ROLE_DESCRIPTION_MAX, field="description"),
            "description",
        )
