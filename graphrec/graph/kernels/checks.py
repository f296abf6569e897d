"""What the compiled passes are handed: they take addresses, and look at nothing themselves."""

import torch
from torch import Tensor


def expect_floats(name: str, tensor: Tensor, *shape: int) -> None:
    """Raises ValueError unless `tensor` is that of `expect_layout`, of single precision."""
    expect_layout(name, tensor, torch.float32, *shape)


def expect_layout(name: str, tensor: Tensor, dtype: torch.dtype, *shape: int) -> None:
    """Raises ValueError unless `tensor` is on the CPU, dense and in order, of that type and shape.

    A length of -1 may be any.
    """
    # Asked dozens of times in a training step: what is usual comes first.
    fits = tensor.shape == shape or (
        len(tensor.shape) == len(shape)
        and all(wanted in (-1, size) for size, wanted in zip(tensor.shape, shape, strict=True))
    )
    if not (fits and tensor.dtype is dtype and tensor.is_cpu):
        raise ValueError(
            f"expected {name} of {dtype} and the shape {shape} on the CPU, got {tensor.dtype} and "
            f"{tuple(tensor.shape)} on {tensor.device}"
        )
    if not tensor.is_contiguous():
        raise ValueError(f"expected {name} in one piece, got strides {tensor.stride()}")


def expect_numbers(name: str, numbers: Tensor, size: int, count: int = -1) -> None:
    """Raises ValueError unless `numbers` (count,) are row numbers from 0 to below `size`."""
    expect_layout(name, numbers, torch.int64, count)
    if numbers.numel():
        low, high = map(int, numbers.aminmax())
        if low < 0 or high >= size:
            raise ValueError(f"expected {name} from 0 to below {size}, got {low} to {high}")


def expect_columns(name: str, block: Tensor, rows: int, columns: int) -> None:
    """Raises ValueError unless `block` is (rows, columns), its rows in one piece each."""
    expect_layout(name, block[:0], torch.float32, 0, columns)
    if block.shape[0] != rows or (columns > 1 and block.stride(1) != 1):
        raise ValueError(
            f"expected {name} of {rows} rows in one piece each, got {tuple(block.shape)} with "
            f"strides {block.stride()}"
        )
