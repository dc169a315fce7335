"""Who signs in. The user model from the first migration."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account. Names of people in the field never stand here; see `people.py`."""
