"""The private address of a person's calendar of expirations."""

from django.db import models

from clients_app.models.person import Person


class CalendarFeed(models.Model):
    """``digest`` is the SHA-256 of the random part of the address, which is shown once; 256 random
    bits need no slow digest."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person)
