"""How passwords are stored: Argon2id at OWASP's minimum cost, 20 ms and 19 MiB a check."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, t=2, p=1 (OWASP Password Storage Cheat Sheet)."""

    time_cost = 2
    memory_cost = 19_456  # KiB
    parallelism = 1
