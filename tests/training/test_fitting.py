"""A run trained from its data, as the train stage and the study do it."""

import numpy as np
import pytest
import torch

from graphrec.config.params import Params, ParamsError, load_params, select_run
from graphrec.filters.fit import fit_filters
from graphrec.training.fitting import fit_run, with_validation

EPOCHS = 2


@pytest.fixture(scope="module")
def params() -> Params:
    params = load_params()
    return params.model_copy(
        update={"train": params.train.model_copy(update={"epochs": EPOCHS}), "threads": 1}
    )


@pytest.fixture
def filters(data, params):
    return fit_filters(data, params.filters)


@pytest.fixture
def base(name, params):
    """The first run of the data set."""
    return select_run(params, f"{name}-base")


@pytest.mark.parametrize("model", ["ngcf", "ngcf_final", "lightgcn"])
def test_every_model_trains_on_both_data_sets(data, params, filters, base, model):
    run = base.model_copy(update={"model": model})
    _, _, history = fit_run(run, params, data, filters, lambda _: None)
    assert len(history.rows) == EPOCHS
    assert all(np.isfinite(list(row.values())).all() for row in history.rows)


def test_the_same_seed_gives_the_same_weights(data, params, filters, base):
    run = base
    first, second = (fit_run(run, params, data, filters, lambda _: None)[0] for _ in range(2))
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


def sampled(params, epochs: int) -> Params:
    """With neighbours, and batches small enough to have parts of the tiny graphs."""
    changed = {"num_neighbors": [4, 2], "epochs": epochs, "learning_rate": 0.01}
    smaller = {
        name: settings.model_copy(update={"batch_size": 64})
        for name, settings in params.hyperparameters.items()
    }
    train = params.train.model_copy(update=changed)
    return params.model_copy(update={"train": train, "hyperparameters": smaller})


@pytest.mark.parametrize("model", ["ngcf", "lightgcn"])
@pytest.mark.parametrize("soft_sampling", [False, True])
def test_sampled_neighbours_lower_the_loss_and_repeat(data, params, base, model, soft_sampling):
    run = base.model_copy(update={"model": model, "soft_sampling": soft_sampling})
    (first, graph, history), (second, _, again) = (
        fit_run(run, sampled(params, epochs=8), data, {}, lambda _: None) for _ in range(2)
    )
    losses = [row["train_loss"] for row in history.rows]
    assert losses[-1] < 0.95 * losses[0]
    assert history == again
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)
    assert graph.num_edges == len(data.train)


def test_sampled_neighbours_train_otherwise_than_the_whole_graph(movielens, params):
    run = select_run(params, "movielens-base").model_copy(update={"model": "ngcf"})
    there = sampled(params, epochs=1)
    whole = there.model_copy(update={"train": there.train.model_copy(update={"num_neighbors": []})})
    histories = [fit_run(run, p, movielens.data, {}, lambda _: None)[2] for p in (there, whole)]
    assert histories[0] != histories[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "ngcf_final"}, r"'ngcf_final'.* whole .*\[4, 2\].*lightgcn, ngcf"),
        ({"model": "ngcf", "layers": 3}, r"layers \(3\), got \[4, 2\]"),
    ],
)
def test_neighbours_that_a_run_cannot_have_are_told(movielens, params, changes, message):
    run = select_run(params, "movielens-base").model_copy(update=changes)
    with pytest.raises(ParamsError, match=f"train.num_neighbors: expected .*{message}"):
        fit_run(run, sampled(params, 1), movielens.data, {}, lambda _: None)


def test_with_refit_nothing_validates_and_the_last_epoch_is_kept(movielens, params):
    data = with_validation(movielens.data)
    assert len(data.train) == len(movielens.data.train) + len(movielens.data.valid)
    filters = fit_filters(data, params.filters)
    run = select_run(params, "movielens-mse")
    _, graph, history = fit_run(run, params, data, filters, lambda _: None, refit=True)
    assert history.best_epoch == EPOCHS
    assert not any(key.startswith("valid") for row in history.rows for key in row)
    assert graph.num_edges == len(data.train)


@pytest.mark.skipif(torch.cuda.is_available(), reason="here there is one")
def test_without_a_cuda_device_it_says_what_to_do(movielens, params):
    run = select_run(params, "movielens-mse")
    asked = params.model_copy(update={"device": "cuda"})
    with pytest.raises(RuntimeError, match="set `device: cpu`"):
        fit_run(run, asked, movielens.data, {}, lambda _: None)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("model", ["ngcf", "ngcf_final", "lightgcn"])
def test_a_cuda_device_agrees_with_the_cpu(data, params, filters, base, model):
    run = base.model_copy(update={"model": model})
    rows = []
    for device in ("cpu", "cuda"):
        asked = params.model_copy(update={"device": device})
        rows.append(fit_run(run, asked, data, filters, lambda _: None)[2].rows)
    for on_cpu, on_cuda in zip(*rows, strict=True):
        assert on_cuda == pytest.approx(on_cpu, rel=1e-3)
