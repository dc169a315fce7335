"""Django's settings. `open_record()` in services points them at a database before Django loads."""

from __future__ import annotations

import os

from pairup.record.address import address_of

SECRET_KEY = os.environ.get(
    "PAIRUP_SECRET_KEY", "unused-without-web"
)  # sessions and cookies only; the web refuses this one
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "pairup.record",
]
AUTH_USER_MODEL = "record.User"
PASSWORD_HASHERS = ["pairup.record.passwords.Argon2id"]  # needs the extra `web`, as signing in does
DATABASES = {
    "default": address_of(
        os.environ.get("PAIRUP_DATABASE_URL") or os.environ.get("PAIRUP_RECORD", ":memory:")
    ).database()
}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"  # letters go by `services.mail`, or not at all
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
