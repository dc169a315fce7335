"""Django's settings of the pages: those of the record, with sign-in, templates, static files and a strict policy.

Safe as shipped: without PAIRUP_INSECURE (which `pairup serve` sets for an address of this machine only) cookies travel
over TLS alone and plain HTTP is sent there. `python -m django check --deploy` finds nothing.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from pairup.record.settings import *  # noqa: F403
from pairup.record.settings import INSTALLED_APPS as _OF_THE_RECORD
from pairup.web.stamp import stamp_of

_HERE = Path(__file__).parent
#: plain HTTP, for a browser on this machine: the one case in which the line cannot be listened to
IS_LOCAL = os.environ.get("PAIRUP_INSECURE") == "yes"

SECRET_KEY = os.environ.get("PAIRUP_SECRET_KEY", "")
if len(SECRET_KEY) < 50:
    raise RuntimeError("PAIRUP_SECRET_KEY has to hold 50 characters or more; `pairup serve` makes one and keeps it.")
SECRET_KEY_FALLBACKS = [key for key in os.environ.get("PAIRUP_SECRET_KEYS_BEFORE", "").split() if key]
DEBUG = False
ALLOWED_HOSTS = os.environ.get("PAIRUP_HOSTS", "").split() or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if not host.startswith(("*", "."))]

INSTALLED_APPS = [
    *_OF_THE_RECORD,
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # allauth writes with it when a passkey was last used
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ninja",
    "pairup.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pairup.web.acting.FrameworkActs",  # sessions and sign-in are Django's own work
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pairup.web.acting.SomebodyActs",  # from here on every query is somebody's
]
ROOT_URLCONF = "pairup.web.urls"
WSGI_APPLICATION = "pairup.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "pairup.web.pages.around",
            ],
            "builtins": ["pairup.web.templatetags.words"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
        },
    }
]
LOCALE_PATHS: list[str] = []  # what pairup says comes from its own catalogue (`pairup.values.words`)
LANGUAGE_COOKIE_NAME = "pairup_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# the stamp stands before the path, so that scripts that import each other by relative addresses meet their own version
STATIC_URL = f"/static/{stamp_of(_HERE / 'static', ('Django', 'django-allauth', 'django-htmx', 'django-ninja'))}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/[0-9a-f]{12}/"

# --- who signs in ----------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
FORM_RENDERER = "django.forms.renderers.Jinja2"  # a list of 25 choices in 1.4 ms of processor, by Django's own 3.3
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "pairup.web.accounts.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/5m/key,100/5m/ip"}
MFA_ADAPTER = "pairup.web.accounts.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL  # a browser lets only `localhost` do without TLS
SOCIALACCOUNT_ADAPTER = "pairup.web.accounts.Ministries"
SOCIALACCOUNT_ONLY = False
#: a ministry's own sign-in (OpenID Connect): its address, what it calls this site, and the secret between them
OIDC = {
    "server": os.environ.get("PAIRUP_OIDC_SERVER", ""), "client": os.environ.get("PAIRUP_OIDC_CLIENT", ""),
    "secret": os.environ.get("PAIRUP_OIDC_SECRET", ""), "name": os.environ.get("PAIRUP_OIDC_NAME", ""),
}  # fmt: skip
#: what the ministry calls people there, which is the name of their account here
OIDC_CLAIM = os.environ.get("PAIRUP_OIDC_CLAIM") or "preferred_username"
SOCIALACCOUNT_PROVIDERS: dict[str, object] = {}
if OIDC["server"]:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "SCOPE": ["openid", "profile"],
        "APPS": [
            {
                "provider_id": "ministry", "name": OIDC["name"] or OIDC["server"], "client_id": OIDC["client"],
                "secret": OIDC["secret"], "settings": {"server_url": OIDC["server"]},
            }
        ],
    }  # fmt: skip
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

_MINISTRY = ["{0.scheme}://{0.netloc}".format(urlsplit(OIDC["server"]))] if OIDC["server"] else []

# --- the browser's policy --------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *_MINISTRY],  # the form that asks the ministry is sent on there
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_COOKIE_SAMESITE = "Lax"
if not IS_LOCAL:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
