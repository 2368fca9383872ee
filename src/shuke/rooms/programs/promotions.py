"""What crosses the door of programs about publishing a file in another deployment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


class Deployments(Protocol):
    """Reaches other deployments."""

    def ask(self, url: str, key: str, path: str, body: Mapping[str, Any], once: str) -> tuple[int, Mapping[str, Any]]:
        """POST a body to a path; return status and JSON. Raises: OSError, ValueError where no such answer came."""


@dataclass(frozen=True, slots=True)
class Target:
    """Another deployment: its address, and a key that may read and write programs there."""

    url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing there would change, as its API tells it; None: nothing is published there yet."""

    comparison: Mapping[str, Any] | None

    @property
    def after(self) -> int | None:
        """The version there with which the file was compared."""
        return None if self.comparison is None else int(self.comparison["against"])


@dataclass(frozen=True, slots=True)
class Promoted:
    """What came of it there: a version, or the id of an approval that waits for somebody there."""

    program: str
    version: int | None
    approval: str | None
