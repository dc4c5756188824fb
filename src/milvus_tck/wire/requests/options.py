"""The options of an index or a search, as they travel."""

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["as_json"]


def as_json(params: Mapping[str, Any]) -> str:
    """Write the options of an index as the JSON text that they travel in."""
    return json.dumps(dict(params))
