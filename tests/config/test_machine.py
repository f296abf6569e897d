"""Torch's threads: none of them is the first to call what MKL has to be called alone for first."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from graphrec.config.machine import FIRST_CALLED_ALONE, set_threads

OF_MKL = "acos asin atan cos erf erfc erfinv exp expm1 log log10 log1p log2 sin sqrt tan tanh"
"""Of torch's functions, those that `aten/src/ATen/cpu/vml.h` hands to MKL."""


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_number_once_before_threads_share_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, torch.dtype, int]] = []
    for name in FIRST_CALLED_ALONE:
        monkeypatch.setattr(
            torch, name, lambda x, name=name: calls.append((name, x.dtype, x.numel()))
        )
    set_threads(2)
    assert torch.get_num_threads() == 2
    assert sorted(calls, key=str) == sorted(
        (
            (name, precision, 1)
            for precision in (torch.float32, torch.float64)
            for name in FIRST_CALLED_ALONE
        ),
        key=str,
    )


def test_all_that_the_library_calls() -> None:
    text = "".join(path.read_text() for path in Path("graphrec").rglob("*.py"))
    called = {name for name in OF_MKL.split() if re.search(rf"(torch|[\])\w])\.{name}\(", text)}
    assert "exp" in called
    assert called <= set(FIRST_CALLED_ALONE)
