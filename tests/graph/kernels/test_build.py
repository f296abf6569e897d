"""Compiling once, and doing without a compiler."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from graphrec.graph.kernels import kernels_for, native, reference
from graphrec.graph.kernels.build import build
from tests.graph.kernels.compiler import compiled


@compiled
def test_it_is_compiled_once(tmp_path):
    assert build(tmp_path) is not None
    (made,) = tmp_path.iterdir()
    time = made.stat().st_mtime_ns
    assert build(tmp_path) is not None
    assert made.stat().st_mtime_ns == time


@compiled
def test_several_may_compile_at_once(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(build, [tmp_path] * 4))
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("compiler", ["false", "no-such-compiler"])
def test_without_a_working_compiler_the_log_says_so(tmp_path, monkeypatch, caplog, compiler):
    monkeypatch.setenv("CXX", compiler)
    with caplog.at_level(logging.WARNING):
        assert build(tmp_path) is None
    assert compiler in caplog.text


def test_without_the_library_all_goes_on_in_torch(monkeypatch):
    monkeypatch.setattr(native, "library", lambda: None)
    assert kernels_for(torch.ones(1)) is reference
