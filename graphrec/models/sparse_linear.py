"""A dense layer of side information that stays the same."""

from torch import Tensor, nn

from graphrec.models.operators import propagate_with


class SparseLinear(nn.Module):
    """A dense layer of sparse features that are always the same: features W + b, (rows, out).

    `features` (rows, columns) is CSR and comes with its transpose.
    """

    def __init__(self, features: tuple[Tensor, Tensor], out_channels: int) -> None:
        super().__init__()
        self.register_buffer("features", features[0], persistent=False)
        self.register_buffer("transpose", features[1], persistent=False)
        self.features: Tensor
        self.transpose: Tensor
        linear = nn.Linear(max(features[0].shape[1], 1), out_channels)  # its initial scale
        weight = linear.weight.detach().T[: features[0].shape[1]]
        self.weight = nn.Parameter(weight.contiguous())
        self.bias = nn.Parameter(linear.bias.detach())

    def forward(self) -> Tensor:
        if len(self.weight) == 0:
            return self.bias.expand(self.features.shape[0], -1)
        return propagate_with(self.features, self.transpose, self.weight) + self.bias
