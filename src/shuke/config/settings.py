"""Django's settings, made from the deployment's home."""

import importlib.util
from pathlib import Path
from urllib.parse import urlsplit

import psycopg.conninfo

import shuke
from shuke.foundation import embedded, home, logs

_home = home.current()
_secrets = _home.secrets()  # None before the first run: what needs a key then fails
_origin = urlsplit(_home.value("origin"))
_database_url = _home.value("database_url") or embedded.url(_home.postgres, "shuke")
_database = psycopg.conninfo.conninfo_to_dict(_database_url)
_ROOMS = [
    f"shuke.rooms.{room}"
    for room in ("org", "members", "orders", "points", "tiers", "programs")
    if importlib.util.find_spec(f"shuke.rooms.{room}")
]

SHUKE_HOME = _home.folder
SHUKE_KIND = _home.kind or "live"
SHUKE_FIELD_KEYS = list(_secrets.field_keys) if _secrets else []
SHUKE_BLIND_KEY = _secrets.blind_key if _secrets else b""
SHUKE_ORIGIN = _home.value("origin")
SHUKE_INSECURE_LAN = _home.value("insecure_lan") == "yes"

SECRET_KEY = _secrets.django_key if _secrets else ""
DEBUG = False
ALLOWED_HOSTS = sorted({str(_origin.hostname), "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [SHUKE_ORIGIN]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _origin.scheme == "https"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _origin.scheme == "https" else None

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = _home.value("language")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [Path(shuke.__file__).parent / "locale"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "shuke.config.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shuke.foundation", *_ROOMS]
if "shuke.rooms.org" in _ROOMS:
    AUTH_USER_MODEL = "org.Staff"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", "shuke"),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": _database.pop("port", ""),
        "OPTIONS": _database,
    }
}
LOGGING = logs.settings()
