"""A session of the portal: of a signed-in person, or of somebody on the way to a sign-in."""

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from clients_app.models.person import Person


class Session(AbstractBaseSession):
    """``session_key`` is a digest of the key, and the content is encrypted (SES-9)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, null=True, related_name="+")

    class Meta(AbstractBaseSession.Meta):
        abstract = False
