"""What lies in the shared cache is JSON: whoever can write there makes this process run nothing."""

import json
from typing import Any


class PlainSerializer:
    """For Django's Redis cache, in place of pickle. Raises TypeError for what JSON cannot say."""

    def dumps(self, value: Any) -> int | bytes:
        # Whole numbers as they are, so that Redis counts them up; True is none.
        return value if type(value) is int else json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)
