"""The WSGI application that the web server's processes load."""

import os
import threading
import time

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
os.environ["SHUKE_SERVING"] = "yes"


def _leave_with(parent: int) -> None:
    """End this process when the one that started it is gone, maybe already, so that its port is free again."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


_server = int(os.environ.get("SHUKE_SERVER_PID") or os.getppid())  # said by `shuke serve`
threading.Thread(target=_leave_with, args=(_server,), name="leave-with-parent", daemon=True).start()
application = get_wsgi_application()
