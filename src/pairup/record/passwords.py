"""How passwords are kept: Argon2id at 19 MiB, two passes, one lane (promises.md D3; OWASP's second setting)."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Some 70 ms a hash; at Django's own 100 MiB twenty sign-ins at once would take the machine's memory."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
