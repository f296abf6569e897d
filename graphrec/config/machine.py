"""How torch uses the machine: its threads and its memory."""

import ctypes

import torch

KEPT_MEMORY = 1 << 30
"""Bytes up to which freed memory stays with the process."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
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


def keep_freed_memory() -> None:
    """Have glibc keep what a step frees for the next one; elsewhere do nothing.

    Otherwise each step's matrices are mapped and unmapped: over a thousand page faults a step.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        for option in (_MMAP_THRESHOLD, _TRIM_THRESHOLD):
            mallopt(option, KEPT_MEMORY)
