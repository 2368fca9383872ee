"""The product's settings for tests: a home that nobody uses, fixed keys, quick password hashes.

The database is not said here: the root conftest starts a cluster of the tests' own, or takes DATABASE_URL.
"""

import os

os.environ["SHUKE_HOME"] = "/nonexistent/shuke"
os.environ["SHUKE_KIND"] = "sandbox"
os.environ["SHUKE_DJANGO_KEY"] = "tests"
os.environ["SHUKE_FIELD_KEYS"] = "RkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkZGRkY="
os.environ["SHUKE_BLIND_KEY"] = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="

from shuke.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
