"""From parameters and data to a model: which parts it has, and where they start."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from graphrec.config.params import select_run
from graphrec.data.features import categorical, encode, mean_of_others
from graphrec.filters.fit import fit_filters
from graphrec.filters.spectral import singular_vectors
from graphrec.graph.bipartite import build_graph
from graphrec.graph.sparse import to_scipy
from graphrec.models import NGCF_Final
from graphrec.models.factory import build_model, build_ranking, spectral_embedding
from graphrec.models.ranking_network import INITIAL_DEVIATION
from tests.datasets import dataset, entities, interactions
from tests.faults import PARAMS

FEW = interactions([0, 0, 1, 1, 2], [0, 1, 1, 2, 0], [5, 3, 4, 1, 2])


def build(data, **changes):
    run = select_run(PARAMS, f"{'movielens' if data.explicit else 'imdb'}-base")
    run = run.model_copy(update=changes)
    filters = fit_filters(data, PARAMS.filters, run.layers, PARAMS.seed)
    return build_model(run, PARAMS.of(run), data, build_graph(data), filters)


def ranking_of(data, **changes):
    run = select_run(PARAMS, "movielens-base")
    options = PARAMS.of(run).ngcf_final.ranking.model_copy(update=changes)
    return build_ranking(run, options, data)


@pytest.mark.parametrize("risk", ["total", "mse"])
def test_a_model_has_the_networks_that_its_data_and_its_risk_need(data, risk):
    model = build(data, risk=risk)
    assert isinstance(model, NGCF_Final)
    assert (model.rating is not None) == data.explicit
    assert (model.ranking is not None) == (risk == "total" or not data.explicit)
    assert (model.level is not None) == (not data.explicit)


@pytest.mark.parametrize("model", ["ngcf", "lightgcn"])
def test_plain_models_start_at_the_mean_rating_or_predict_chances(data, model):
    built = build(data, model=model)
    if data.explicit:
        assert built.offset.item() == pytest.approx(data.train.rating.mean())
        assert built.level is None
    else:
        assert built.offset is None
        assert built.level.tolist() == [1, 0]


def test_ngcf_final_without_filters_is_told(movielens):
    run, data = select_run(PARAMS, "movielens-base"), movielens.data
    with pytest.raises(ValueError, match=r"expected the filters .* got none"):
        build_model(run, PARAMS.of(run), data, build_graph(data), None)


def test_an_embedding_starts_at_the_leading_singular_vectors(movielens):
    data, dim = movielens.data, 8
    torch.manual_seed(5)
    embedding = spectral_embedding(data, dim)
    assert embedding.shape == (data.num_users + data.num_items, dim)
    torch.manual_seed(5)
    seed = int(torch.randint(2**31, ()))
    users, items = singular_vectors(data.train.matrix(data.num_users, data.num_items), dim, seed)
    vectors = np.concatenate([users, items.T])
    known = np.concatenate(
        [np.unique(data.train.user), data.num_users + np.unique(data.train.item)]
    )
    expected = vectors[known] * INITIAL_DEVIATION / vectors[known].std(ddof=1)
    np.testing.assert_allclose(embedding[known], expected, rtol=1e-4, atol=1e-6)
    assert embedding[known].std().item() == pytest.approx(INITIAL_DEVIATION, rel=1e-4)


def test_the_same_seed_gives_the_same_embedding_and_another_one_another(imdb):
    embeddings = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        embeddings.append(spectral_embedding(imdb.data, 8))
    assert torch.equal(embeddings[0], embeddings[1])
    assert not torch.equal(embeddings[0], embeddings[2])


def test_columns_and_nodes_that_no_vector_has_are_random():
    data = dataset(4, 5, FEW)  # four vectors at most; the last user and two items have nothing
    embedding = spectral_embedding(data, 6)
    assert embedding.shape == (9, 6)
    assert torch.isfinite(embedding).all()
    alone = embedding[[3, 7, 8]]
    assert (alone.abs() > 1e-5).all()
    assert (embedding[:, 4:].abs() > 1e-5).all()
    assert alone.abs().max() < 6 * INITIAL_DEVIATION


def test_nodes_have_an_embedding_of_their_own_where_asked_or_without_features():
    plain = dataset(4, 5, FEW)
    assert ranking_of(plain, id_embedding=False).id_embedding is not None
    numbers = np.arange(5).astype(str)
    described = replace(plain, items=entities("i", 5, kind=categorical(numbers)))
    assert ranking_of(described, id_embedding=False).id_embedding is None
    assert ranking_of(described, id_embedding=True).id_embedding is not None


@pytest.mark.parametrize("spectral", [True, False])
def test_beside_side_information_nodes_without_interactions_start_at_nothing(spectral):
    plain = dataset(4, 5, FEW)  # the last user and two items have nothing
    numbers = np.arange(5).astype(str)
    described = replace(plain, items=entities("i", 5, kind=categorical(numbers)))
    own = ranking_of(described, id_embedding=True, spectral_start=spectral).id_embedding
    assert (own[[3, 7, 8]] == 0).all()
    assert own[[0, 1, 2, 4, 5, 6]].any(dim=1).all()
    assert ranking_of(plain, spectral_start=spectral).id_embedding[[3, 7, 8]].any(dim=1).all()


def test_without_a_start_nothing_is_computed_that_is_overwritten(data, monkeypatch):
    monkeypatch.setattr("graphrec.models.factory.spectral_embedding", None)
    monkeypatch.setattr("graphrec.models.factory.random_embedding", None)
    run = select_run(PARAMS, "movielens-base" if data.explicit else "imdb-base")
    settings, graph = PARAMS.of(run), build_graph(data)
    filters = fit_filters(data, PARAMS.filters, run.layers, PARAMS.seed)
    model = build_model(run, settings, data, graph, filters, start=False)
    if data.explicit:
        nodes = data.num_users + data.num_items
        assert model.ranking.id_embedding.shape == (
            nodes,
            settings.ngcf_final.ranking.embedding_dim,
        )


def test_biases_start_at_the_popularity_where_they_are_asked_for(movielens):
    data = movielens.data
    popularity = np.bincount(data.train.item, minlength=data.num_items)
    bias = ranking_of(data, item_bias=True).item_bias
    np.testing.assert_allclose(bias.detach(), np.log1p(popularity), rtol=1e-6)
    assert ranking_of(data, item_bias=False).item_bias is None


def test_features_and_groups_are_users_first_and_then_items(data):
    network = ranking_of(data)
    sides = (data.users, data.items)
    for matrix, blocks in (
        (network.features.matrix, [encode(side) for side in sides]),
        (network.alike.matrix, [mean_of_others(side) for side in sides]),
    ):
        dense, (users, items) = to_scipy(matrix).toarray(), (block.toarray() for block in blocks)
        height, width = users.shape
        np.testing.assert_allclose(dense[:height, :width], users, atol=1e-6)
        np.testing.assert_allclose(dense[height:, width:], items, atol=1e-6)
        assert not dense[:height, width:].any()
        assert not dense[height:, :width].any()
    transpose = to_scipy(network.alike.transpose).toarray()
    np.testing.assert_array_equal(transpose, to_scipy(network.alike.matrix).toarray().T)


def test_without_groups_nothing_is_like_another():
    assert ranking_of(dataset(4, 5, FEW)).alike is None
