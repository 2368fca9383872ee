"""Long work whose objects live until it is written is not looked through for garbage again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Look nothing through for garbage in the block.

    Where another thread leaves such a block first, the rest of this one's work takes longer, no more.
    """
    was_running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_running:
            gc.enable()
