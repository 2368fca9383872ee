"""The WSGI application that the web server's processes load."""

import multiprocessing
import os
import threading
import time

from django.core.wsgi import get_wsgi_application

from shuke.foundation import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
os.environ["SHUKE_SERVING"] = "yes"


def _leave_with_server() -> None:
    """End this process when the one that wanted it is gone, maybe already, so that its port is free again."""
    starter, parent = multiprocessing.parent_process(), os.getppid()
    if starter is not None:  # `shuke serve` holds a pipe of each of its web processes for as long as it lives
        starter.join()
    while starter is None and os.getppid() == parent:
        time.sleep(1)
    logs.event("server_gone", server=parent if starter is None else starter.pid)
    os._exit(1)


threading.Thread(target=_leave_with_server, name="leave-with-server", daemon=True).start()
application = get_wsgi_application()
