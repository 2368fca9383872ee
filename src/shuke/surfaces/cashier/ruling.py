"""The program in force, without which nothing is sold for points."""

from shuke.core.values.errors import Refusal
from shuke.surfaces.wording.running import Running, running


def spent() -> Running:
    """Return the program, with the unit that members spend first of all.

    Raises: Refusal `no_program`.
    """
    program = running()
    if program is None:
        raise Refusal("no_program", "No program is published yet.")
    return program
