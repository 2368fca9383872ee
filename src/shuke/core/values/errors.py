"""The one kind of refusal of the house: a stable code, an English sentence and the values it speaks of."""

from collections.abc import Mapping


class Refusal(Exception):
    """A request that is answered with no, for a reason the caller can act on.

    `code` is stable snake_case and documented; `detail` is one English sentence without personal data;
    `pointer` names the field (JSON pointer) or the place in a file ("line:column"); `params` holds the values
    from which the surfaces word the same sentence in other languages, and lists from which they ask further.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        pointer: str | None = None,
        params: Mapping[str, str | int | tuple[str, ...]] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.pointer = pointer
        self.params: dict[str, str | int | tuple[str, ...]] = dict(params or {})

    def __repr__(self) -> str:
        return f"Refusal({self.code!r}, {self.detail!r}, pointer={self.pointer!r})"
