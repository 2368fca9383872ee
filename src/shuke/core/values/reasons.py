"""The reason that somebody gives for what they do by hand: it is kept with it, for whoever asks why."""

from shuke.core.values.errors import Refusal

LENGTH_LIMIT = 200


def fault(reason: str, pointer: str = "/reason") -> Refusal | None:
    """Return why this is no reason: `reason_too_long`, `reason_required` where it is blank or can't be printed."""
    if len(reason) > LENGTH_LIMIT:
        return Refusal("reason_too_long", f"A reason has at most {LENGTH_LIMIT} characters.", pointer=pointer)
    if not reason.strip() or not reason.replace("\u3000", " ").isprintable():  # Chinese writing has a wide space
        detail = f"A reason of 1 to {LENGTH_LIMIT} printable characters is needed."
        return Refusal("reason_required", detail, pointer=pointer)
    return None


def require(reason: str) -> None:
    """Refuse what is no reason.

    Raises:
        Refusal: as `fault`.
    """
    refusal = fault(reason)
    if refusal is not None:
        raise refusal
