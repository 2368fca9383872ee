"""`shuke demo --no-serve --json` of a smaller shop that tells on stderr how many baskets are in: for the kill tests."""

import sys
from contextlib import contextmanager

from shuke.surfaces.cli import demo, terminal


@contextmanager
def _told(_total, _english, _chinese):
    done = 0

    def advance(steps):
        nonlocal done
        done += steps
        sys.stderr.write(f"baskets {done}\n")
        sys.stderr.flush()

    yield advance


if __name__ == "__main__":
    terminal.progress = _told
    demo.run(serve=False, as_json=True, last_household=int(sys.argv[1]) or None)
