"""Other values for some parameters."""

from copy import deepcopy
from typing import Any


def change(tree: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """A copy of a tree of parameters, with other values under some dotted keys.

    Raises KeyError for a key that is not there.
    """
    changed = deepcopy(tree)
    for key, value in values.items():
        *path, last = key.split(".")
        node = changed
        for name in path:
            node = node[name]
        if last not in node:
            raise KeyError(f"expected a key of params.yaml, got {key!r}")
        node[last] = value
    return changed
