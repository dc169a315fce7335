"""The record as an app of Django."""

from __future__ import annotations

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "pairup.record"
    label = "record"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.core.checks import register

        from pairup.record.closed import check_declared

        register(check_declared, "models")
