"""Django's settings, made from the deployment's home."""

import os
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg.conninfo

from shuke.foundation import embedded, home, logs

_home = home.current()
_secrets = _home.secrets()  # None before the first run: what needs a key then fails
_origin = urlsplit(_home.value("origin"))
_database_url = _home.value("database_url") or embedded.url(_home.postgres, "shuke")
_database = psycopg.conninfo.conninfo_to_dict(_database_url)

SHUKE_HOME = _home.folder
SHUKE_KIND = _home.kind or "live"
SHUKE_FIELD_KEYS = list(_secrets.field_keys) if _secrets else []
SHUKE_BLIND_KEY = _secrets.blind_key if _secrets else b""
SHUKE_PAYMENT_KEYS = _home.keys_of("payments")
SHUKE_WALLET_KEYS = _home.keys_of("wallets")
SHUKE_ORIGIN = _home.value("origin")
SHUKE_PROXIES = int(_home.value("proxies"))
SHUKE_INSECURE_LAN = _home.value("insecure_lan") == "yes"

SECRET_KEY = _secrets.django_key if _secrets else ""
DEBUG = False
ALLOWED_HOSTS = sorted({str(_origin.hostname), "127.0.0.1", "localhost", "[::1]"})
CSRF_TRUSTED_ORIGINS = [SHUKE_ORIGIN]
_is_https = _origin.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
_cookie = "__Host-shuke-" if _is_https else "shuke-"  # a browser takes __Host- from this very host over https only
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME, TILL_COOKIE_NAME = (
    f"{_cookie}{of}" for of in ("session", "form", "language", "till")
)

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = _home.value("language")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # of a body, for API and console
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]  # what is larger fills no disk
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "shuke.config.urls"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "procrastinate.contrib.django",
    "shuke.foundation",
    "shuke.rooms.org",
    "shuke.rooms.members",
    "shuke.rooms.orders",
    "shuke.rooms.payments",
    "shuke.rooms.points",
    "shuke.rooms.tiers",
    "shuke.rooms.coupons",
    "shuke.rooms.benefits",
    "shuke.rooms.value",
    "shuke.rooms.mall",
    "shuke.rooms.paid",
    "shuke.rooms.programs",
    "shuke.rooms.studio",
    "shuke.rooms.messaging",
    "shuke.adapters.payment_sandbox",
    "shuke.surfaces.wording",
    "shuke.surfaces.console",
    "shuke.surfaces.portal",
    "shuke.surfaces.cashier",
    "shuke.surfaces.http",
]
AUTH_USER_MODEL = "org.Staff"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.pop("dbname", "shuke"),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": _database.pop("port", ""),
        # A connection's statements are always the same; poolers that hand connections round may not bear them prepared.
        "OPTIONS": _database | {"prepare_threshold": 5 if _home.value("prepared_statements") == "yes" else None},
    }
}
if os.environ.get("SHUKE_SERVING"):  # set by wsgi.py: many threads that each ask for little
    # A database that went away is noticed within seconds, and so is its return.
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 2}
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
LOGGING = logs.settings()
PROCRASTINATE_ON_APP_READY = "shuke.config.wiring.wire_jobs"

# The console: sessions of staff, locked out after failures.
SHUKE_SETUP_TOKEN = os.environ.get("SHUKE_SETUP_TOKEN", "")  # given by `shuke serve` while there is no organisation
MIDDLEWARE = [
    "shuke.surfaces.http.middleware.RequestLog",
    "shuke.surfaces.http.middleware.Heads",
    "shuke.surfaces.http.middleware.Problems",
    "shuke.surfaces.console.middleware.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shuke.surfaces.console.middleware.SessionEnds",
    "shuke.surfaces.console.middleware.PageLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
MEMBER_COOKIE_NAME = f"{_cookie}member"  # where members are logged in; staff have sessions of their own
STATIC_URL = "/static/"
LOGIN_URL = "login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "email"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_CLIENT_IP_CALLABLE = "shuke.foundation.addresses.client_address"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "shuke.surfaces.console.views.session.locked_out"
CSRF_FAILURE_VIEW = "shuke.config.errors.stale_form"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 43_200
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
