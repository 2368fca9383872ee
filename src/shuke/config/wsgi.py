"""The WSGI application that the web server's processes load."""

import multiprocessing
import os
import threading
import time

from django.core.wsgi import get_wsgi_application

from shuke.foundation import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
os.environ["SHUKE_SERVING"] = "yes"


def _leave_with(parent: int) -> None:
    """End this process when the one that started it is gone, maybe already, so that its port is free again."""
    while os.getppid() == parent:
        time.sleep(1)
    logs.event("server_gone", server=parent)
    os._exit(1)


# A process of `shuke serve` knows who started it, though that died before this line; any other asks the system.
_starter = multiprocessing.parent_process()
_server = os.getppid() if _starter is None or _starter.pid is None else _starter.pid
threading.Thread(target=_leave_with, args=(_server,), name="leave-with-parent", daemon=True).start()
application = get_wsgi_application()
