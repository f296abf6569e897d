"""Whether the tensors in a file are those of filters, before the filters take them as they are."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from graphrec.data.checks import expect
from graphrec.filters.ranking import KINDS

RATING, RANKING = "filters.rating.", "filters.ranking."
"""Where the tensors of both are in the file of a model."""
Shape = tuple[int | None, ...]
"""None for any length."""
SPARSE = {
    "offset": torch.int32,
    "column": torch.int32,
    "value": torch.float32,
    "shape": torch.int64,
}
NUMBERS = {"user": torch.int64, "item": torch.int64}
"""Of the rating filter; all its other tensors are of single precision."""


def check_filters(state: Mapping[str, Tensor], num_users: int, num_items: int) -> None:
    """Raises DataError, which names the tensor, unless `state` holds that of a model's filters."""
    if any(name.startswith(RATING) for name in state):
        _check_rating(state, num_users, num_items)
    check_sparse(f"{RANKING}user_items", state, num_users, num_items)
    for kind in _below(state, f"{RANKING}filters."):
        _check_ranking(kind, state, num_users, num_items)


def _check_ranking(kind: str, state: Mapping[str, Tensor], num_users: int, num_items: int) -> None:
    prefix = f"{RANKING}filters.{kind}"
    if kind not in KINDS:
        parts = _below(state, f"{prefix}.")
        expect(parts == {"profile"}, f"the tensor {prefix}.profile alone", sorted(parts))
        check_sparse(f"{prefix}.profile", state, num_items, None)
    elif kind == "co_occurrence":
        check_tensor(f"{prefix}.weight", state, (num_items, num_items))
    elif kind == "walk":
        check_sparse(f"{prefix}.user_items", state, num_users, num_items)
        check_sparse(f"{prefix}.back", state, num_items, num_users)
        check_tensor(f"{prefix}.exponents", state, (3,))
    else:
        check_tensor(f"{prefix}.vectors", state, (None, num_items))
        check_tensor(f"{prefix}.degree", state, (num_items,))


def _check_rating(state: Mapping[str, Tensor], num_users: int, num_items: int) -> None:
    count = tuple(state[f"{RATING}user"].shape) if f"{RATING}user" in state else (None,)
    sizes: dict[str, Shape] = {
        "user_covariance": (num_users, num_users),
        "item_covariance": (num_items, num_items),
        "user": (None,),
        "item": count,
        "dual": count,
        "mean": (),
        "scales": (3,),
        "noise_variance": (),
    }
    for name, size in sizes.items():
        check_tensor(f"{RATING}{name}", state, size, NUMBERS.get(name, torch.float32))
    check_range(f"{RATING}user", state, num_users)
    check_range(f"{RATING}item", state, num_items)


def check_sparse(
    name: str, state: Mapping[str, Tensor], num_rows: int, num_columns: int | None
) -> None:
    """Raises DataError unless the four tensors below `name` are a CSR matrix of that size."""
    count = state[f"{name}.column"].shape if f"{name}.column" in state else (None,)
    shapes: dict[str, Shape] = {
        "offset": (num_rows + 1,),
        "column": (None,),
        "value": tuple(count),
        "shape": (2,),
    }
    for part, shape in shapes.items():
        check_tensor(f"{name}.{part}", state, shape, SPARSE[part])
    height, width = state[f"{name}.shape"].tolist()
    wanted = num_rows, width if num_columns is None else num_columns
    expect((height, width) == wanted, f"the size {wanted} in {name}.shape", (height, width))
    check_range(f"{name}.column", state, width)
    offset, entries = state[f"{name}.offset"], len(state[f"{name}.column"])
    ends = [int(offset[0]), int(offset[-1])]
    rising = bool((offset.diff() >= 0).all()) and ends == [0, entries]
    expect(rising, f"starts of rows from 0 to {entries} in {name}.offset", "others")


def check_tensor(
    name: str, state: Mapping[str, Tensor], shape: Shape, dtype: torch.dtype = torch.float32
) -> None:
    """Raises DataError unless `state` has it, with that dtype and shape."""
    expect(name in state, f"the tensor {name}", "none")
    tensor = state[name]
    expect(tensor.dtype == dtype, f"{dtype} in {name}", tensor.dtype)
    fits = len(tensor.shape) == len(shape) and all(
        wanted in (None, size) for size, wanted in zip(tensor.shape, shape, strict=True)
    )
    expect(fits, f"the shape {shape} of {name}", tuple(tensor.shape))


def check_range(name: str, state: Mapping[str, Tensor], size: int) -> None:
    """Raises DataError unless all numbers of a tensor are from 0 to below `size`."""
    if state[name].numel():
        low, high = (int(end) for end in state[name].aminmax())
        expect(low >= 0 and high < size, f"numbers below {size} in {name}", f"{low} to {high}")


def _below(names: Iterable[str], prefix: str) -> set[str]:
    return {name.removeprefix(prefix).split(".")[0] for name in names if name.startswith(prefix)}
