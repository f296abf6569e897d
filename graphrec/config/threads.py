"""How many threads torch computes with."""

import torch

FIRST_CALLED_ALONE = (
    "exp",
    "expm1",
    "log",
    "log10",
    "log1p",
    "log2",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "erf",
)
"""Elementwise functions that torch leaves to MKL."""


def set_threads(threads: int) -> None:
    """Set torch's number of threads, so that no result depends on which of them came first.

    MKL chooses the code of such a function in its first call; where several threads make that call
    at once, one may get a less accurate version for its part of it, and a run in some thousands
    ends with other last digits (github.com/pytorch/pytorch/issues/188792). So one makes it alone.
    """
    torch.set_num_threads(threads)
    for precision in (torch.float32, torch.float64):
        one = torch.ones(1, dtype=precision)
        for name in FIRST_CALLED_ALONE:
            getattr(torch, name)(one)
