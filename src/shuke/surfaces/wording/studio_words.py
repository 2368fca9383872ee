"""The words of the studio: states, phases, kinds of files, fields of columns, faults, policies."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shuke.rooms.studio.contracts import FileKind, HistoryView, RunKind, State
from shuke.surfaces.wording import figures

_Words = Mapping[str, str | Promise]

_STATES: _Words = {
    State.DRAFT: _("files to choose"),
    State.WAITING: _("waiting for a worker"),
    State.RUNNING: _("under way"),
    State.READY: _("ready"),
    State.REFUSED: _("has faults"),
    State.FAILED: _("failed"),
    State.CANCELLED: _("cancelled"),
    State.GONE: _("files are gone"),
}
_KINDS: _Words = {
    FileKind.ORDERS: _("Orders"),
    FileKind.LINES: _("Lines of orders"),
    FileKind.REFUNDS: pgettext_lazy("money", "Refunds"),
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
    "lines": _("Order lines"),
    "refunds": pgettext_lazy("money", "Refunds"),
    "redemptions": _("Redemptions"),
}


_NOTES: Mapping[str, Callable[[int], str]] = {
    "measured_rows": lambda n: ngettext(
        "%(n)s quantity is no whole number: it is one piece, and costs price × quantity unless its row says an amount.",
        "%(n)s quantities are no whole numbers: each is one piece, and costs price × quantity "
        "unless its row says an amount.",
        n,
    ),
    "skipped_times": lambda n: ngettext(
        "%(n)s time was skipped by the clocks of its time zone; it is read with the offset before the change.",
        "%(n)s times were skipped by the clocks of their time zone; they are read with the offset before the change.",
        n,
    ),
    "repeated_times": lambda n: ngettext(
        "%(n)s time came twice as clocks were put back; it is read as the first of both.",
        "%(n)s times came twice as clocks were put back; they are read as the first of both.",
        n,
    ),
    "repeated_lines": lambda n: ngettext(
        "%(n)s line says the same as another of its order; it counts.",
        "%(n)s lines say the same as another of their order; they count.",
        n,
    ),
    "repeated_refunds": lambda n: ngettext(
        "%(n)s order says the same refunded amount in each of its rows: their sum came back. Where that is the amount "
        "of the whole order, write it in one row.",
        "%(n)s orders say the same refunded amount in each of their rows: the sum came back. Where that is the amount "
        "of the whole order, write it in one row.",
        n,
    ),
}


def notes(history: HistoryView) -> list[str]:
    """Say which statuses of orders count in a history, what the others left out, and what was used as it is."""
    told = []
    if history.counts and history.reading.statuses is not None:
        statuses = [status or gettext("none stated") for status in history.reading.statuses]
        told.append(gettext("Statuses of orders that count: %(statuses)s.") % {"statuses": " · ".join(statuses)})
    if out := history.no_sale:
        sums = {name: figures.number(out[name]) for name in ("rows", "orders")}
        told.append(
            gettext("Left out by their status, as no sale: rows %(rows)s, orders %(orders)s, net %(net)s.")
            % (sums | {"net": figures.money(out["net_minor"], history.reading.currency)})
        )
    return told + [_NOTES[code](count) % {"n": figures.number(count)} for code, count in history.notes.items()]


def state(code: str) -> str:
    return str(_STATES[code])


def file_kind(kind: FileKind) -> str:
    return str(_KINDS[kind])


def file_help(kind: FileKind) -> str:
    return str(_HELP[kind])


def count(code: str) -> str:
    return str(COUNTS[code])


def phase(code: str) -> str:
    """Word what work is doing right now."""
    return str(_PHASES.get(code, code))


def run_kind(kind: RunKind) -> str:
    return str(_RUN_KINDS[kind])


def policy(code: str) -> str:
    return str(POLICIES[code])


def model(code: str) -> str:
    """Name a kind of membership."""
    return str(_MODELS[code])


def method(code: str) -> str:
    """Name the method by which a forecast was made."""
    return str(_METHODS.get(code, code))


def assumption(code: str) -> str:
    """Name what a forecast rests on."""
    return str(_ASSUMPTIONS.get(code, code))


def field(code: str) -> str:
    """Name a field that a column may be; empty: nothing."""
    return str(_FIELDS.get(code, code))


def column(name: str, units: Mapping[str, str]) -> str:
    """Name a column of a run's table of members, with what its units are called."""
    plain = _COLUMNS.get(name)
    if plain is not None:
        return str(plain)
    for prefix, word in _OF_UNITS.items():
        if name.startswith(prefix):
            return f"{units.get(name.removeprefix(prefix), name)} · {word}"
    return name


def assumptions(result: Mapping[str, Any]) -> list[str]:
    """Say under which policy and assumptions a result was made."""
    said = [gettext("Use of points: %(policy)s") % {"policy": _policy_told(result["policy"], result)}]
    for segment, each in result["policy"].get("by_segment", {}).items():
        said.append(gettext("%(segment)s: %(policy)s") % {"segment": segment, "policy": _policy_told(each, result)})
    found = result["assumptions"]
    for tier, share in found["uplift"].items():
        said.append(gettext("spend in %(tier)s %(change)s") % {"tier": tier, "change": _percent(share, signed=True)})
    if found["elasticity"] != "0":
        said.append(gettext("elasticity %(number)s") % {"number": found["elasticity"]})
    if not found["uplift"]:
        said.append(gettext("nobody buys more or less for it"))
    if found["margin"] is not None:
        said.append(gettext("gross margin %(share)s") % {"share": _percent(found["margin"])})
    return said


def _policy_told(said: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    told = policy(said["kind"])
    if said["kind"] == "greedy":
        scale = next((unit["scale"] for unit in result["units"] if unit["code"] == said["unit"]), 0)
        return f"{told} ({figures.points(int(said['at']), scale)})"
    return f"{told} ({_percent(said['share'])})" if said["kind"] == "share" else told


def _percent(share: str, *, signed: bool = False) -> str:
    told = f"{float(Fraction(share) * 100):.4g}%"
    return f"+{told}" if signed and not told.startswith("-") else told


_PHASES: _Words = {
    "": _("begins"),
    "read": _("reads the files"),
    "check": _("checks the rows"),
    "store": _("sorts by member"),
    "writing": _("writes the result"),
    "measuring": _("measures the shop"),
    "replaying": _("replays the history"),
    "live": _("reads what was recorded"),
}
ACTIONS: _Words = {
    "history.begun": _("Began a history"),
    "history.file_added": _("Brought a file to a history"),
    "history.read": _("Read a history"),
    "history.removed": _("Removed a history"),
    "run.asked": _("Asked for a run over a history"),
    "run.removed": _("Removed a run"),
}
_MODELS: _Words = {
    "points": _("points and tiers"),
    "paid": _("paid membership"),
    "charity": _("charity"),
    "shared": _("shared with partners"),
    "community": _("community"),
    "token": _("token"),
}
_METHODS: _Words = {
    "mean_of_three": _("mean of three months"),
    "smoothed": _("smoothing"),
    "level_of_day": _("last value by the day"),
    "last_value": _("last value"),
    "damped_trend": _("damped trend"),
    "theta": _("theta"),
    "seasonal": _("season of the year before"),
    "trend_and_wave": _("trend with a yearly wave"),
    "straight_line": _("straight line"),
    "kaplan_meier": _("Kaplan–Meier"),
    "kaplan_meier_recent": _("Kaplan–Meier at the pace of late"),
    "kaplan_meier_level": _("Kaplan–Meier with a level tail"),
    "kaplan_meier_trend": _("Kaplan–Meier at a changing pace"),
    "geometric": _("geometric"),
    "beta_geometric": _("beta-geometric"),
    "weibull_immune": _("Weibull with an immune part"),
}
_ASSUMPTIONS: _Words = {
    "use": _("use of points"),
    "issuing": _("points issued"),
    "cost": _("cost of a point"),
    "expiry": _("expiry, three months less or more"),
    "taken_back": _("points taken back"),
}
_RUN_KINDS: _Words = {
    RunKind.BACKTEST: _("Backtest"),
    RunKind.FORECAST: _("Forecast"),
    RunKind.PROPOSAL: _("Proposal"),
}
POLICIES: _Words = {
    "observed": _("as the history says"),
    "none": _("nobody uses any"),
    "greedy": _("as soon as there are enough, in whole steps"),
    "share": _("a part of the balance at each order"),
}
_COLUMNS: _Words = {
    "orders": _("Orders"),
    "net_minor": _("Net paid"),
    "tier": _("Tier"),
    "other_tier": _("Tier by the other one"),
    "more": _("Gets more by"),
}
_OF_UNITS: _Words = {
    "issued_": _("issued"),
    "used_": _("used"),
    "taken_back_": pgettext_lazy("points", "taken back"),
    "outstanding_": _("left"),
}
_FIELDS: _Words = {
    "": _("nothing"),
    "order_id": _("order number"),
    "refund_id": _("refund number"),
    "redemption_id": _("number of the redemption"),
    "member_id": _("member"),
    "occurred_at": _("date and time"),
    "date": _("date"),
    "time": _("time of day"),
    "net": _("what was paid for the row"),
    "total": _("what was paid for the whole order"),
    "price": _("price of a piece"),
    "gross": _("amount before discounts"),
    "tax": _("tax"),
    "shipping": _("shipping"),
    "points_paid": _("paid with points"),
    "refunded": _("what came back of the order"),
    "status": _("status of the order"),
    "quantity": _("pieces, or what was weighed"),
    "category": _("category"),
    "sku": _("article"),
    "store": _("store"),
    "brand": _("brand"),
    "channel": _("channel"),
    "currency": _("currency"),
    "whole": _("whole order"),
    "joined_at": _("day of joining"),
    "birthday": _("birthday"),
    "tags": _("groups"),
    "points": _("points"),
    "unit": _("unit of points"),
}


REFUSALS: _Words = {
    "unforeseen": _("Something went wrong that nobody foresaw; the log says where. Nothing half is left of it."),
    "given_up": _(
        "The server ended %(tries)s times on the way: it was stopped, or memory ran out. Nothing half is left of it; "
        "ask again, for less or where there is more memory if nobody stopped it."
    ),
    "too_many_files": _("A history has at most %(limit)s files."),
    "file_brought_already": _("This very file is there already; it counts once."),
    "unknown_fields": _("There is no such field for this kind of file."),
    "orders_file_missing": _("A history needs a file of orders."),
    "fields_missing": _("%(file)s: no column is said for %(missing)s."),
    "header_repeated": _(
        "%(file)s has %(times)s columns with the header “%(header)s”. Rename all but the one that counts."
    ),
    "statuses_missing": _("Say which statuses of orders count as sales. There are: %(statuses)s."),
    "unknown_statuses": _("No order has the status %(unknown)s. There are: %(statuses)s."),
    "too_many_statuses": _(
        "The column “%(column)s” has more than %(limit)s different values; it is no status of orders."
    ),
    "history_in_use": _("Something is being done with this history. Cancel that first, or wait."),
    "history_not_ready": _("This history is not ready yet."),
    "history_files_gone": _(
        "The files of this history are not on this machine. Bring them again: as a new history where this one was "
        "ready."
    ),
    "run_files_gone": _("The table of members of this run is not on this machine. Ask for the run again."),
    "unknown_history": _("There is no such history."),
    "unknown_history_file": _("The history has no such file."),
    "history_in_other_state": _("This can't be done with the history in its state now."),
    "no_faulty_rows": _("No row of this history is at fault."),
    "history_empty": _("Nothing was recorded here that a program could be tried on."),
    "history_too_long": _(
        "From the first member's joining to the end are %(months)s months, more than can be counted."
    ),
    "unknown_run": _("There is no such run."),
    "run_in_other_state": _("This can't be done with the run in its state now."),
    "window_empty": _("The window ends before it begins, or begins after the last order."),
    "policy_unknown": _("There is no such policy of using points."),
    "no_segments": _(
        "Nobody in this history is in a group: it has no tags of members. Bring a file of members with tags, or leave "
        "the groups out."
    ),
    "unknown_segment": _("The history has no group “%(found)s”. It has: %(known)s."),
    "policy_incomplete": _(
        "Points used as soon as there are enough need a number; a part of the balance lies above 0 and up to 100%."
    ),
    "number_invalid": _("This is not a number."),
    "assumption_out_of_range": _(
        "A margin lies between 0 and 100%; spend grows by less than tenfold and never falls to nothing."
    ),
    "name_required": _("Give it a name."),
    "time_zone_unknown": _("There is no time zone %(zone)s."),
    "currency_mismatch": _("The currencies differ."),
    "date_invalid": _("This is not a date."),
    "file_unreadable": _("%(path)s can't be read. Save it as CSV, XLSX or Parquet and bring it again."),
    "history_too_short": _("There are too few orders yet: a forecast needs three whole months, a proposal four weeks."),
    "history_of_other_version": _("This history was stored by another version. Bring its files again."),
    "forecast_of_one": _("A forecast is of one program; weigh two in a backtest."),
    "months_out_of_bounds": _("A forecast goes 1 to 36 months ahead."),
    "bad_assumption": _("Something assumed is out of bounds, or of a tier that the program does not have."),
    "bad_policy": _("Points can't be used so: a number is out of bounds, or the program has no such unit."),
}
