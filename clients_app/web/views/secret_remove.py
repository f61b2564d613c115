"""Remove Secret: names the secret and its last use, then takes it away at once."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clients_app.identity.actor import actor_of
from clients_app.identity.kept_forms import BACK
from clients_app.models import Client
from clients_app.permissions import Action
from clients_app.rules.expiry import is_expired
from clients_app.selectors.secrets.lookup import get_secret, listed_secrets
from clients_app.services.secrets.changes import remove_secret
from clients_app.web.access import may, signed_in
from clients_app.web.htmx import done, show


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@may(Action.REMOVE_SECRET)
def secret_remove(request: HttpRequest, client: Client, secret_id: int) -> HttpResponse:
    """Confirm, then remove."""
    now = timezone.now()
    if request.method != "POST" or BACK in request.POST:
        secrets = listed_secrets(client, now=now)
        context = {
            "client": client,
            "secret": get_secret(client, secret_id, now=now),
            "others": sum(
                one.pk != secret_id and not is_expired(one.expires_at, now) for one in secrets
            ),
        }
        return show(request, "secrets/secret_remove", context, title=gettext("Remove Secret"))
    secret = remove_secret(client, secret_id, actor=actor_of(request), now=now)
    said = gettext("Secret %(secret)s removed.") % {"secret": str(secret)}
    to = reverse("client-secrets", kwargs={"client_id": client.pk})
    return done(request, to=to, said=said, tell="clientChanged")
