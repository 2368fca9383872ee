"""The attributes that the merchant defined: defining and dropping them, and reading them once a unit of work."""

from shuke.core.values.errors import Refusal
from shuke.foundation.transactions import forget, once_per_unit, unit_of_work
from shuke.rooms.members import definitions, queries
from shuke.rooms.members.contracts import Attribute
from shuke.rooms.org import facade as org
from shuke.rooms.org.contracts import Actor

ATTRIBUTES_LIMIT = 60
_REMEMBERED = "members.attributes"


def known() -> dict[str, Attribute]:
    """Return the defined attributes by code, in the order of their definition."""
    return once_per_unit(_REMEMBERED, queries.attributes)


def define(wanted: Attribute, actor: Actor) -> Attribute:
    """Define an attribute, or change the names, choices and `required` of one that is.

    Raises: Refusal `invalid_attribute_definition`, `attribute_kind_fixed`, `choice_dropped`, `too_many_attributes`.
    """
    with unit_of_work():
        defined = queries.attributes(lock=True)
        before = defined.get(wanted.code)
        if before is None and len(defined) >= ATTRIBUTES_LIMIT:
            raise Refusal(
                "too_many_attributes",
                f"At most {ATTRIBUTES_LIMIT} attributes are defined.",
                params={"limit": ATTRIBUTES_LIMIT},
            )
        queries.write_definition(definitions.changed(before, wanted), len(defined))
        after = {"kind": wanted.kind.value, "personal": wanted.personal, "required": wanted.required}
        forget(_REMEMBERED)
        org.audit("attribute.defined", wanted.code, None, after, actor)
        return wanted


def drop(code: str, actor: Actor) -> None:
    """Take back a definition that no member has a value of.

    Raises: Refusal `unknown_attribute`, `attribute_in_use`.
    """
    with unit_of_work():
        one = queries.attributes(lock=True).get(code)
        if one is None:
            raise Refusal("unknown_attribute", "No attribute of this code is defined.", params={"known": ""})
        if queries.attribute_is_used(one):
            raise Refusal("attribute_in_use", "Members have values of this attribute.", params={"attribute": code})
        queries.delete_definition(code)
        forget(_REMEMBERED)
        org.audit("attribute.dropped", code, {"kind": one.kind.value}, None, actor)
