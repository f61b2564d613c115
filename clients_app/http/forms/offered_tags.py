"""Tags to choose from, in forms where tags are typed."""

from django.utils import timezone

from clients_app.actors import Actor
from clients_app.selectors.clients.tags import tags_of_tenant


class OfferedTags:
    """A form for people of the tenant of ``actor``."""

    actor: Actor

    @property
    def offered_tags(self) -> list[str]:
        """Return the tags that clients of the tenant have."""
        return tags_of_tenant(self.actor.tenant_id, now=timezone.now())
