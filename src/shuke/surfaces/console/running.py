"""The program in force as pages need it: handed on from the words, where every surface finds it."""

from shuke.surfaces.wording.running import (
    Running,
    program_of,
    running,
    store_called,
    tier_called,
    tier_name,
    unit_called,
    unit_name,
    units,
)

__all__ = (
    "Running",
    "program_of",
    "running",
    "store_called",
    "tier_called",
    "tier_name",
    "unit_called",
    "unit_name",
    "units",
)
