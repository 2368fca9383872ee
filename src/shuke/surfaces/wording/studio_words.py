"""The words of the studio: states, phases, kinds of files, fields of columns, faults, policies."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shuke.rooms.studio.contracts import Fault, FileKind, State

_Words = Mapping[str, str | Promise]

_STATES: _Words = {
    State.DRAFT: _("files to choose"),
    State.WAITING: _("waiting for a worker"),
    State.RUNNING: _("under way"),
    State.READY: _("ready"),
    State.REFUSED: _("has faults"),
    State.FAILED: _("failed"),
    State.CANCELLED: _("cancelled"),
}
_KINDS: _Words = {
    FileKind.ORDERS: _("Orders"),
    FileKind.LINES: _("Lines of orders"),
    FileKind.REFUNDS: _("Refunds"),
    FileKind.MEMBERS: _("Members"),
    FileKind.REDEMPTIONS: _("Redemptions"),
}
_HELP: _Words = {
    FileKind.ORDERS: _("A row for each order, or for each line of one: number, member, time, what was paid."),
    FileKind.LINES: _("Only where the lines stand in a file of their own: order number, article, amount."),
    FileKind.REFUNDS: _("Order number, time, amount."),
    FileKind.MEMBERS: _("Member, day of joining, birthday, groups."),
    FileKind.REDEMPTIONS: _("Member, time, points that were used."),
}
COUNTS: _Words = {
    "members": _("Members"),
    "orders": _("Orders"),
    "lines": _("Lines"),
    "refunds": _("Refunds"),
    "redemptions": _("Redemptions"),
}


def state(code: str) -> str:
    return str(_STATES[code])


def file_kind(kind: FileKind) -> str:
    return str(_KINDS[kind])


def file_help(kind: FileKind) -> str:
    return str(_HELP[kind])


def count(code: str) -> str:
    return str(COUNTS[code])


_PHASES: _Words = {}
_RUN_KINDS: _Words = {}
POLICIES: _Words = {
    "observed": _("as the history says"),
    "none": _("nobody uses any"),
    "greedy": _("as soon as there are enough, in whole steps"),
    "share": _("a part of the balance at each order"),
}


REFUSALS: _Words = {
    "too_many_files": _("A history has at most %(limit)s files."),
    "file_brought_already": _("This very file is there already; it counts once."),
    "unknown_fields": _("There is no such field for this kind of file."),
    "orders_file_missing": _("A history needs a file of orders."),
    "fields_missing": _("%(file)s: no column is said for %(missing)s."),
    "history_in_use": _("Something is being done with this history. Cancel that first, or wait."),
    "history_not_ready": _("This history is not ready yet."),
    "history_files_gone": _("The files of this history are not on this machine. Bring them again."),
    "unknown_history": _("There is no such history."),
    "unknown_history_file": _("The history has no such file."),
    "history_in_other_state": _("This can't be done with the history in its state now."),
    "unknown_run": _("There is no such run."),
    "run_in_other_state": _("This can't be done with the run in its state now."),
    "window_empty": _("The window ends before it begins."),
    "policy_unknown": _("There is no such policy of using points."),
    "policy_incomplete": _("A greedy policy needs a number of points, a share a part above 0 and up to 100 %."),
    "number_invalid": _("This is not a number."),
    "assumption_out_of_range": _("A margin lies between 0 and 100 %%; spend grows by less than tenfold and never falls to nothing."),
    "name_required": _("Give it a name."),
    "time_zone_unknown": _("There is no time zone %(zone)s."),
    "currency_mismatch": _("The currencies differ."),
    "date_invalid": _("This is not a date."),
}
