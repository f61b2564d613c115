"""Which clients may ask about tokens. Source: INT-2, RES-7."""

from django.db.models import Exists, OuterRef, Q

from clients_app import conf
from clients_app.models import ApiIntrospector, Client


def may_introspect(client_id: str, *, audience: str) -> bool:
    """Return whether a client may ask about tokens of its tenant for the API ``audience``.

    It may for all APIs, or is named at that one.
    """
    named = ApiIntrospector.objects.filter(client=OuterRef("pk"), api__tenant=OuterRef("tenant"))
    if audience in conf.built_in_audiences():
        named = named.filter(api=OuterRef("tenant"))  # the built-in API has its id
    else:
        named = named.filter(api__custom_identifier=audience)
    allowed = Q(may_introspect=True) | Exists(named)
    return Client.objects.filter(allowed, pk=client_id).exists()
