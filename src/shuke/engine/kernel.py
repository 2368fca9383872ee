"""Make numba's versions of the core's machines and of a program's generated text, and keep them on disk.

The kernel that walks members is the same for every program and compiled once per release; only `prepare`, `rules` and
`tiers` are compiled anew, and enter as first-class functions with a fixed signature. CPython's functions stay plain:
`register_jitable` gives numba the same objects.
"""

import hashlib
import importlib.util
import inspect
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from shuke.core.program import ir, model
from shuke.core.state import machine, replay, slots, tally
from shuke.core.values import dates, rounding

# Undocumented in numba: no reference counts, a quarter faster; correct without it.
OPTIONS: dict[str, Any] = {"_nrt": False, "nogil": True, "error_model": "numpy"}

# What every order passes through. A call hands over seven words for each array, which costs more than most of these do.
INLINED = (
    *("one_member", "one_event", "advance", "next_due", "next_lapse", "slide", "stamp", "streak", "copy_of", "keep"),
    *("decide", "award", "use_caps", "grant", "credit", "expiry_of", "place", "usable", "post", "repay", "count"),
    *("row_of", "active", "milestones", "qualify_all", "qualify", "month_of", "first_day", "lot_end", "duration_end"),
    *("slide_window", "window_start", "start_of", "period_start", "validity_end", "highest", "inside"),
    *("tally_sale", "tally_rules", "tally_entries", "tally_points", "add_flow", "month_at"),
)

KERNEL_HEAD = '''"""The columnar kernel, the same for every program."""
import numba
from shuke.core.state import machine
from shuke.core.values import dates, rounding
from shuke.core.state.replay import *
from shuke.core.state.replay import FUNCTIONS

OPTIONS = {options}
INLINED = {inlined}
I = numba.int64
A = numba.int64[::1]
A2 = numba.int64[:, ::1]
PREPARE = numba.void(A, I, A, I, I, A, A, A)
RULES = numba.void(A, I, A, I, I, A, A, A)
TIERS = numba.void(A, A, A)
ALL_FACTS = numba.void(numba.types.FunctionType(PREPARE), A, I, A, A, A, A, A)
ALL_MEMBERS = numba.void(
    numba.types.FunctionType(RULES), numba.types.FunctionType(TIERS), I, I, A, A, I, I, A, I, A, A, A, A, A2,
    A, A, A, A, A, A, A, A, A, A, A, A, A, A, A2, A
)
ALL_NIGHTS = numba.void(
    numba.types.FunctionType(TIERS), I, I, A, A2, A, A, A, A, A, A, A, A
)
for function in (*dates.FUNCTIONS, *rounding.FUNCTIONS, *machine.FUNCTIONS, *FUNCTIONS):
    numba.extending.register_jitable(**OPTIONS, forceinline=function.__name__ in INLINED)(function)
'''


def kernel_text() -> str:
    """Return the kernel's text: the loops stand in it, because numba's cache looks at the file they stand in."""
    loops = (
        ("ALL_FACTS", replay.all_facts), ("ALL_MEMBERS", replay.all_members), ("ALL_NIGHTS", replay.all_nights),
    )  # fmt: skip
    jitted = [
        f"@numba.njit({signature}, cache=True, **OPTIONS)\n{inspect.getsource(loop)}" for signature, loop in loops
    ]
    return "\n\n".join([KERNEL_HEAD.format(options=OPTIONS, inlined=INLINED), *jitted])


def cache_folder() -> Path:
    """Return the folder of compiled code: $XDG_CACHE_HOME/shuke, or a temporary one where that can't be written."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shuke" / "compiled"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _make_private(folder)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"shuke-compiled-{os.geteuid()}"
        _make_private(folder)
    return folder


def _make_private(folder: Path) -> None:
    """Make sure that nobody else could have written what is imported from here: anybody may make folders in /tmp.

    Raises: PermissionError where the folder is somebody else's, or no folder of its own.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} is not this user's alone; remove it, or name another with XDG_CACHE_HOME.")
    folder.chmod(0o700)


@cache
def sources_hash() -> str:
    """Hash of all that compiled code depends on: numba's own cache sees only the file of the entry point."""
    import numba
    import numpy as np

    modules = (dates, rounding, model, ir, slots, *machine.MODULES, machine, tally, replay)
    texts = [inspect.getsource(module) for module in modules]
    versions = [numba.__version__, np.__version__, sys.version, kernel_text()]
    return hashlib.sha256("\0".join(texts + versions).encode()).hexdigest()


def _import_text(name: str, text: str) -> ModuleType:
    """Import a text as a module from a file of the cache folder, named by its hash; another text there is replaced."""
    path = cache_folder() / f"{name}.py"
    if not path.is_file() or path.read_text(errors="replace") != text:
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        draft.write_text(text)
        draft.replace(path)
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]  # or the next asker would get half of it
        raise
    return module


@cache
def kernel() -> Any:
    """Return the compiled kernel module; half a minute the first time on a machine, a third of a second afterwards."""
    return _import_text(_kernel_name(), kernel_text())


def is_ready() -> bool:
    """Whether this machine has compiled the kernel before."""
    return any((cache_folder() / "__pycache__").glob(f"{_kernel_name()}.all_members-*.nbi"))


def _kernel_name() -> str:
    return f"kernel_{sources_hash()[:24]}"


@cache
def program_functions(executable: str) -> tuple[Any, Any, Any]:
    """Return (prepare, rules, tiers) of a program's text, compiled for the kernel."""
    import numba

    k = kernel()
    module = _import_text(_program_name(executable), executable)
    signatures = ((k.PREPARE, module.prepare), (k.RULES, module.rules), (k.TIERS, module.tiers))
    prepare, rules, tiers = (numba.njit(s, cache=True, **OPTIONS)(function) for s, function in signatures)
    return prepare, rules, tiers


def is_compiled(executable: str) -> bool:
    """Whether this process has the program's functions already."""
    return _program_name(executable) in sys.modules


def _program_name(executable: str) -> str:
    return "program_" + hashlib.sha256((sources_hash() + executable).encode()).hexdigest()[:24]
