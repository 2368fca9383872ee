"""The words that staff put on members: what a tag may be and how many a member may have."""

from collections.abc import Iterable

from shuke.core.values.errors import Refusal
from shuke.rooms.members.contracts import TAGS_LIMIT
from shuke.rooms.members.definitions import is_code


def checked(tags: Iterable[str]) -> list[str]:
    """Return tags in order, each once.

    Raises: Refusal `invalid_tag`, `too_many_tags`.
    """
    found = sorted(set(tags))
    for tag in found:
        if not is_code(tag):
            raise Refusal(
                "invalid_tag",
                "A tag has 1 to 40 lower-case letters, digits, - and _, and begins with a letter.",
                pointer="/tags",
                params={"tag": tag[:100]},
            )
    if len(found) > TAGS_LIMIT:
        raise Refusal(
            "too_many_tags", f"A member has at most {TAGS_LIMIT} tags.", pointer="/tags", params={"limit": TAGS_LIMIT}
        )
    return found
