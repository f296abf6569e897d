"""The passes of a training step: compiled for a CPU, in torch for any other device or precision.

`kernels_for(x)` chooses; both modules have the same functions, and the same results up to rounding.
The layer of NGCF alone is compiled only: elsewhere NGCFConv does its work.
"""

import os
from types import ModuleType

import torch
from torch import Tensor

from graphrec.graph.kernels import native, reference
from graphrec.graph.kernels.dropout import NO_DROPOUT, Dropout
from graphrec.graph.kernels.reference import Entries

__all__ = ["NO_DROPOUT", "Dropout", "Entries", "kernels_for"]

# torch's matrix products are MKL's, which may take a sum in another order in another process; read
# at its first call.
os.environ.setdefault("MKL_CBWR", "AUTO")


def kernels_for(x: Tensor) -> ModuleType:
    """`native` for single precision on a CPU where it could be compiled, else `reference`."""
    usable = x.device.type == "cpu" and x.dtype == torch.float32 and native.library() is not None
    return native if usable else reference
