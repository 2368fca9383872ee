"""Another deployment of Shuke, over its API. The key goes into the header of the request, and nowhere else."""

import json
from collections.abc import Mapping
from typing import Any

from shuke.adapters import calling

_SECONDS = 120  # a comparison looks at thousands of members


class HttpDeployment:
    """Sends what another deployment is asked, and returns what it answers."""

    def ask(self, url: str, key: str, path: str, body: Mapping[str, Any], once: str) -> tuple[int, Mapping[str, Any]]:
        """POST a body under an Idempotency-Key; return the status and the JSON of the answer.

        Raises: OSError where no answer came; ValueError where it is no JSON.
        """
        headers = {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {key}",
            "Idempotency-Key": once,
        }
        status, _, answer = calling.call(
            url.rstrip("/") + path, "POST", json.dumps(body).encode(), headers, seconds=_SECONDS
        )
        try:
            found = json.loads(answer)
        except RecursionError as error:
            raise ValueError("The answer is nested too deeply.") from error
        return status, found if isinstance(found, dict) else {}
