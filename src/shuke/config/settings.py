"""Django's settings, taken from the environment until the deployment's home is resolved."""

import importlib.util
import os

import psycopg.conninfo

from shuke.foundation import logs

_database = psycopg.conninfo.conninfo_to_dict(os.environ.get("DATABASE_URL", "postgresql:///shuke"))
_ROOMS = [
    f"shuke.rooms.{room}"
    for room in ("org", "members", "orders", "points", "tiers", "programs")
    if importlib.util.find_spec(f"shuke.rooms.{room}")
]

SECRET_KEY = "unset"  # noqa: S105
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "shuke.config.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "shuke.foundation", *_ROOMS]
if "shuke.rooms.org" in _ROOMS:
    AUTH_USER_MODEL = "org.Staff"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.get("dbname", "shuke"),
        "USER": _database.get("user", ""),
        "PASSWORD": _database.get("password", ""),
        "HOST": _database.get("host", ""),
        "PORT": _database.get("port", ""),
    }
}
SHUKE_KIND = "sandbox"
SHUKE_FIELD_KEYS = [bytes(32)]
SHUKE_BLIND_KEY = bytes(32)
LOGGING = logs.settings()
