"""Everything that answering a request takes, loaded before the first comes: what web processes are forked from.

Where it cannot be loaded, nothing is said here: the server and its web processes read the same, and say it once.
"""

import gc
import os
import signal
from contextlib import suppress
from importlib import import_module

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
os.environ["SHUKE_SERVING"] = "yes"

# What is loaded stays: nobody need look through it for what may go, neither now nor in a process forked from this one.
gc.set_threshold(50_000)
with suppress(Exception):
    get_wsgi_application()
    import_module("shuke.config.urls")
gc.freeze()

# Where a service manager ends every process at once, this one stays until those it made have answered what they began.
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))
