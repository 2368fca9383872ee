"""Django's settings, taken from the environment until the deployment's home is resolved."""

import os

import psycopg.conninfo

_database = psycopg.conninfo.conninfo_to_dict(os.environ.get("DATABASE_URL", "postgresql:///shuke"))

SECRET_KEY = "unset"  # noqa: S105
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
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
