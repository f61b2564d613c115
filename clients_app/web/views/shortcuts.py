"""The list of keyboard shortcuts."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients_app.web.access import screen
from clients_app.web.addresses import at
from clients_app.web.htmx import show

SHORTCUTS = (  # the actions are in js/shortcuts.js
    (_("Find"), ("Ctrl", "K")),
    (_("Filter"), ("/",)),
    (_("Add Client"), ("C",)),
    (_("Next and previous client"), ("J", "K")),
    (_("Open Details"), ("Enter",)),
    (_("Details, Secrets, Roles, APIs, Activity"), ("1", "2", "3", "4", "5")),
    (_("Add Secret"), ("S",)),
    (_("Go to Clients"), ("G", "C")),
    (_("Go to APIs"), ("G", "P")),
    (_("Go to Roles"), ("G", "R")),
    (_("Go to Users"), ("G", "U")),
    (_("Go to Activity"), ("G", "A")),
    (_("Keyboard shortcuts"), ("?",)),
    (_("Close"), ("Esc",)),
)


@at("help/shortcuts")
@screen()
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Show what each key does."""
    title = gettext("Keyboard shortcuts")
    return show(request, "help/shortcuts", {"shortcuts": SHORTCUTS}, title=title)
