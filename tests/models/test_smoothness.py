"""Mean cosine similarity: bounds, its definition, and the layers of the models."""

import pytest
import torch

from graphrec.filters.fit import fit_filters
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF, LightGCN
from graphrec.models.factory import build_model
from graphrec.models.smoothness import mean_cosine_by_layer, mean_cosine_similarity
from tests.faults import PARAMS


def test_equal_rows_have_one_and_opposite_pairs_less_than_none():
    assert mean_cosine_similarity(torch.ones(5, 3)) == pytest.approx(1)
    assert mean_cosine_similarity(torch.tensor([[1.0, 0], [-2, 0]])) == pytest.approx(-1)
    assert mean_cosine_similarity(torch.zeros(4, 3)) == 0


def test_is_the_mean_over_all_pairs_of_different_rows_that_are_not_empty():
    vectors = torch.randn(7, 4, generator=torch.Generator().manual_seed(0))
    vectors[3] = 0
    units = torch.nn.functional.normalize(vectors[vectors.norm(dim=1) > 0], dim=1)
    cosines = (units @ units.T)[~torch.eye(6, dtype=torch.bool)]
    assert mean_cosine_similarity(vectors) == pytest.approx(float(cosines.mean()), abs=1e-6)


def test_every_layer_of_ngcf_has_a_value_and_lightgcn_keeps_none(movielens):
    data = movielens.data
    graph = build_graph(data)
    values = mean_cosine_by_layer(NGCF(data.num_users, data.num_items, 8, 3), graph)
    assert len(values) == 4
    assert all(-1 <= value <= 1 for value in values)
    assert mean_cosine_by_layer(LightGCN(data.num_users, data.num_items, 8, 3), graph) == []


@pytest.mark.parametrize(("risk", "count"), [("total", 4), ("mse", 0)])
def test_layers_of_ngcf_final_are_those_of_its_ranking_network(movielens, risk, count):
    data = movielens.data
    run = PARAMS.runs["movielens-base"].model_copy(update={"layers": 3, "risk": risk})
    graph, filters = build_graph(data), fit_filters(data, PARAMS.filters, 3, PARAMS.seed)
    model = build_model(run, PARAMS.of(run), data, graph, filters)
    values = mean_cosine_by_layer(model, graph)
    assert len(values) == count
    if count:
        with torch.no_grad():
            expected = [mean_cosine_similarity(layer) for layer in model.ranking.outputs(graph)]
        assert values == expected
