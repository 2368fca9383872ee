"""`shuke verify-ledger`: the ledger checked."""

from shuke.surfaces.cli import session
from shuke.surfaces.cli.terminal import Exit, result, words


def verify(*, as_json: bool) -> int:
    """Check the ledger and print every violation; exit code 4 when there is one."""
    with session.opened():
        from shuke.rooms.points import facade as points

        found = points.verify()
        data = {"ok": not found, "violations": [str(each) for each in found]}
        result(data, [words("The ledger holds.", "账本无误。")], as_json=as_json)
    return Exit.VIOLATED if found else Exit.OK
