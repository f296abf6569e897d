"""NGCF's layer as an operator of PyG, for models of one's own."""

import torch
from torch import Tensor
from torch.nn import Parameter
from torch.nn import functional as F
from torch_geometric.nn.conv import MessagePassing
from torch_geometric.nn.conv.gcn_conv import gcn_norm
from torch_geometric.nn.inits import glorot, zeros
from torch_geometric.typing import Adj, OptTensor
from torch_geometric.utils import spmm

from graphrec.models.operators import propagate


# PyG comes without types, so that its class is an unknown one.
class NGCFConv(MessagePassing):  # type: ignore[misc]
    r"""The neural graph collaborative filtering operator from the `"Neural Graph Collaborative
    Filtering" <https://arxiv.org/abs/1905.08108>`_ paper (Wang et al. 2019, equation 7).

    .. math::
        \mathbf{X}^{\prime} = \textrm{LeakyReLU} \left(
        (\mathbf{L} + \mathbf{I}) \mathbf{X} \mathbf{W}_1 +
        (\mathbf{L} \mathbf{X} \odot \mathbf{X}) \mathbf{W}_2 + \mathbf{b} \right)

    with :math:`\mathbf{L} = \mathbf{D}^{-1/2} \mathbf{A} \mathbf{D}^{-1/2}`, without self-loops.
    The activation is applied to the sum; message dropout and the normalisation of the
    concatenated layers are left to the model.

    Args:
        in_channels (int): Size of each input sample.
        out_channels (int): Size of each output sample.
        negative_slope (float, optional): LeakyReLU angle of the negative slope.
            (default: :obj:`0.2`)
        normalize (bool, optional): If set to :obj:`False`, :obj:`edge_index` holds
            :math:`\mathbf{L}` already, or the weights to take in its place. (default: :obj:`True`)
        bias (bool, optional): If set to :obj:`False`, the layer will not learn an additive bias.
            (default: :obj:`True`)
        **kwargs (optional): Additional arguments of
            :class:`torch_geometric.nn.conv.MessagePassing`.

    Shapes:
        - **input:**
          node features :math:`(|\mathcal{V}|, F_{in})`,
          edge indices :math:`(2, |\mathcal{E}|)`
          or sparse matrix :math:`(|\mathcal{V}|, |\mathcal{V}|)`, transposed,
          edge weights :math:`(|\mathcal{E}|)` *(optional)*
        - **output:** node features :math:`(|\mathcal{V}|, F_{out})`
        - **weight:** :math:`\mathbf{W}_1` and :math:`\mathbf{W}_2` side by side,
          :math:`(F_{out}, 2 F_{in})`
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        negative_slope: float = 0.2,
        normalize: bool = True,
        bias: bool = True,
        **kwargs: object,
    ) -> None:
        kwargs.setdefault("aggr", "add")
        super().__init__(**kwargs)
        self.in_channels = in_channels
        self.out_channels = out_channels
        self.negative_slope = negative_slope
        self.normalize = normalize
        self.weight = Parameter(torch.empty(out_channels, 2 * in_channels))
        self.register_parameter("bias", Parameter(torch.empty(out_channels)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Glorot's scale for each of the two matrices."""
        super().reset_parameters()
        for matrix in self.weight.detach().chunk(2, dim=1):
            glorot(matrix)
        zeros(self.bias)

    def forward(self, x: Tensor, edge_index: Adj, edge_weight: OptTensor = None) -> Tensor:
        if self.normalize:
            normalized = gcn_norm(
                edge_index,
                edge_weight,
                x.size(self.node_dim),
                add_self_loops=False,
                flow=self.flow,
                dtype=x.dtype,
            )
            # Of a SparseTensor it gives the matrix alone.
            edge_index, edge_weight = (
                normalized if isinstance(normalized, tuple) else (normalized, None)
            )
        # propagate_type: (x: Tensor, edge_weight: OptTensor)
        neighbors = self.propagate(edge_index, x=x, edge_weight=edge_weight)
        out = F.linear(torch.cat([neighbors + x, neighbors * x], dim=-1), self.weight, self.bias)
        return F.leaky_relu(out, self.negative_slope)

    def message(self, x_j: Tensor, edge_weight: OptTensor) -> Tensor:
        """The sender's features, weighted (edges, in_channels)."""
        return x_j if edge_weight is None else edge_weight.view(-1, 1) * x_j

    def message_and_aggregate(self, adj_t: Adj, x: Tensor) -> Tensor:
        """The same summed over the neighbours (nodes, in_channels), without a row for each edge."""
        out: Tensor = spmm(adj_t, x, reduce=self.aggr)
        return out

    def __repr__(self) -> str:
        return (
            f"{self.__class__.__name__}({self.in_channels}, {self.out_channels}, "
            f"negative_slope={self.negative_slope})"
        )


class SymmetricNGCFConv(NGCFConv):
    """NGCFConv over a symmetric CSR matrix, whose product is its own derivative."""

    def message_and_aggregate(self, adj_t: Tensor, x: Tensor) -> Tensor:
        return propagate(adj_t, x)
