"""Whether this machine compiles: with a compiler at hand, a failure to do so fails the tests."""

import os
import shutil

import pytest

from graphrec.graph.kernels.build import COMPILERS

compiled = pytest.mark.skipif(
    "CXX" not in os.environ and not any(map(shutil.which, COMPILERS)),
    reason="needs a C++ compiler",
)
