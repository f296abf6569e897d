"""LightGCN against PyG's own layers."""

import pytest
import torch
from torch_geometric.nn import LGConv

from graphrec.graph.bipartite import BipartiteGraph, build_graph
from graphrec.models import LightGCN


@pytest.fixture
def graph(data):
    return build_graph(data)


@pytest.mark.parametrize("layers", [0, 1, 3])
def test_embeds_as_pyg_does(data, graph, layers):
    model = LightGCN(data.num_users, data.num_items, embedding_dim=8, layers=layers)
    user = torch.as_tensor(data.train.user)
    item = torch.as_tensor(data.train.item) + data.num_users
    edges = torch.stack([torch.cat([user, item]), torch.cat([item, user])])
    x = total = model.embedding.weight
    for _ in range(layers):
        x = LGConv()(x, edges)
        total = total + x
    torch.testing.assert_close(model(graph).vectors, total / (layers + 1), rtol=0, atol=1e-6)


def test_scores_pairs_as_blocks(data, graph):
    model = LightGCN(data.num_users, data.num_items, embedding_dim=8, layers=2)
    nodes = model(graph)
    user, item = torch.tensor([0, 3]), torch.tensor([5, 1])
    block = model.score_block(nodes, user, item)
    torch.testing.assert_close(block.diagonal(), model.score(nodes, user, item))


def test_the_gradient_is_that_of_dense_autograd(data, graph):
    model = LightGCN(data.num_users, data.num_items, embedding_dim=4, layers=2)
    weight = torch.randn(graph.num_nodes, 4)
    (model(graph).vectors * weight).sum().backward()
    dense = graph.adjacency().to_dense()
    e = model.embedding.weight.detach().clone().requires_grad_()
    ((e + dense @ e + dense @ (dense @ e)) / 3 * weight).sum().backward()
    torch.testing.assert_close(model.embedding.weight.grad, e.grad, rtol=0, atol=1e-6)


def test_edges_that_a_mask_leaves_out_carry_nothing(data, graph):
    model = LightGCN(data.num_users, data.num_items, embedding_dim=4, layers=2)
    edge_mask = torch.arange(graph.num_edges) % 3 > 0
    rest = BipartiteGraph(
        graph.user[edge_mask], graph.item[edge_mask], graph.num_users, graph.num_items
    )
    torch.testing.assert_close(model(graph, edge_mask).vectors, model(rest).vectors)
