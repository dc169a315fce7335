"""Who signs in, in which roles from when to when, and the tokens by which programs act for them."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from pairup.record.dated import Dated, Shared
from pairup.record.scopes import OwnRows


class User(AbstractUser):
    """An account. Names of people in the field never stand here; see `people.py`. The user name is a code."""


class Grant(Shared):
    """A role that an account has."""


class GrantVersion(Dated):
    """The span is when the account has the role. `user` is its name, so that the journal can be read by itself."""

    table = "grants"
    identity = models.ForeignKey(Grant, models.PROTECT, related_name="versions")
    user = models.CharField(max_length=150)
    role = models.CharField(max_length=24)
    side = models.CharField(max_length=80, blank=True, default="")  # code of a donor, a place, a person, a programme


class Token(models.Model):
    """A secret by which a program acts for an account in one role. Bookkeeping: only its digest is kept."""

    code = models.CharField(max_length=24, unique=True)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the secret, which has 256 random bits
    user = models.CharField(max_length=150)
    actor = models.CharField(max_length=120)
    may = models.CharField(max_length=80)  # what it may do, apart by blanks: read, write, plan
    label = models.CharField(max_length=80, blank=True, default="")
    made = models.DateTimeField()
    expires = models.DateTimeField()
    revoked = models.DateTimeField(null=True, blank=True)
    used = models.DateField(null=True, blank=True)  # the last day it opened something

    objects = OwnRows()


class Invitation(models.Model):
    """A secret by which whoever an account is for sets its password, once. Bookkeeping: only its digest is kept."""

    user = models.CharField(max_length=150, unique=True)  # a new one takes the place of the one before
    digest = models.CharField(max_length=64, unique=True)
    expires = models.DateTimeField()

    objects = OwnRows()
