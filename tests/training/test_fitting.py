"""A run trained from its data, as the train stage and the study do it."""

import numpy as np
import pytest
import torch

from graphrec.config.params import Params, ParamsError, load_params, select_run
from graphrec.data.dataset import with_validation
from graphrec.training import fitting
from graphrec.training.fitting import fit_run, loading, monitor_of

EPOCHS = 2


@pytest.fixture(scope="module")
def params() -> Params:
    """With batches small enough to have parts of the tiny graphs."""
    params = load_params()
    smaller = {
        name: settings.model_copy(update={"batch_size": 64})
        for name, settings in params.hyperparameters.items()
    }
    train = params.train.model_copy(update={"epochs": EPOCHS})
    return params.model_copy(update={"train": train, "hyperparameters": smaller, "threads": 1})


@pytest.fixture
def base(name, params):
    """The first run of the data set."""
    return select_run(params, f"{name}-base")


def fit(run, params, data):
    return fit_run(run, params, data, lambda _: None)


def same_weights(first, second) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(one, other) for one, other in pairs)


@pytest.mark.parametrize("model", ["ngcf", "ngcf_final", "lightgcn"])
def test_every_model_trains_on_both_data_sets(data, params, base, model):
    fitted = fit(base.model_copy(update={"model": model}), params, data)
    assert len(fitted.history.rows) == EPOCHS
    assert all(np.isfinite(list(row.values())).all() for row in fitted.history.rows)
    assert fitted.graph.num_edges == len(data.train)
    assert fitted.validated is None


def test_the_same_seed_gives_the_same_weights(data, params, base):
    first, second = (fit(base, params, data).model for _ in range(2))
    assert same_weights(first, second)


def test_validation_teaches_what_the_parts_weigh(movielens, params):
    model = fit(select_run(params, "movielens-base"), params, movielens.data).model
    assert 0 <= model.share.item() <= 1
    assert model.weight.tolist() != [1.0, 0.0]
    assert model.liked.tolist() != [1.0, 0.0]
    model = fit(select_run(params, "movielens-mse"), params, movielens.data).model
    assert model.share.item() != 1


def sampled(params, epochs: int) -> Params:
    """With neighbours, and a step size that shows in few epochs."""
    faster = {
        name: settings.model_copy(update={"learning_rate": 0.01})
        for name, settings in params.hyperparameters.items()
    }
    train = params.train.model_copy(update={"num_neighbors": [4, 2], "epochs": epochs})
    return params.model_copy(update={"train": train, "hyperparameters": faster})


@pytest.mark.parametrize("model", ["ngcf", "lightgcn"])
@pytest.mark.parametrize("soft_sampling", [False, True])
def test_sampled_neighbours_lower_the_loss_and_repeat(data, params, base, model, soft_sampling):
    run = base.model_copy(update={"model": model, "soft_sampling": soft_sampling})
    first, second = (fit(run, sampled(params, epochs=8), data) for _ in range(2))
    losses = [row["train_loss"] for row in first.history.rows]
    assert losses[-1] < 0.95 * losses[0]
    assert first.history == second.history
    assert same_weights(first.model, second.model)
    assert first.graph.num_edges == len(data.train)


def test_sampled_neighbours_train_otherwise_than_the_whole_graph(movielens, params):
    run = select_run(params, "movielens-base").model_copy(update={"model": "ngcf"})
    parts = sampled(params, epochs=1)
    whole = parts.model_copy(update={"train": parts.train.model_copy(update={"num_neighbors": []})})
    histories = [fit(run, p, movielens.data).history for p in (parts, whole)]
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
        fit(run, sampled(params, 1), movielens.data)


@pytest.mark.parametrize("model", ["ngcf", "ngcf_final"])
def test_with_refit_it_is_trained_anew_on_both_parts_for_as_many_epochs(data, params, base, model):
    run = base.model_copy(update={"model": model})
    plain = fit(run, params, data)
    rows = []
    refitted = fit_run(run.model_copy(update={"refit": True}), params, data, rows.append)
    assert refitted.history == plain.history
    assert refitted.graph.num_edges == len(data.train) + len(data.valid)
    again = rows[len(plain.history.rows) :]
    assert [row["epoch"] for row in again] == [*range(1, plain.history.best_epoch + 1)]
    assert not any(key.startswith("valid") for row in again for key in row)
    assert set(refitted.validated) == set(plain.model.state_dict())
    for name, part in plain.model.state_dict().items():
        assert torch.equal(refitted.validated[name], part)
    other = plain.model.state_dict()
    for name, parameter in refitted.model.named_parameters():
        assert not torch.equal(parameter, other[name]), name


@pytest.mark.parametrize("name", ["movielens-base", "movielens-mse", "imdb-base"])
def test_a_refitted_model_keeps_the_mixture_and_has_filters_of_both_parts(
    name, movielens, imdb, params
):
    data = {"movielens": movielens, "imdb": imdb}[name.split("-")[0]].data
    run = select_run(params, name).model_copy(update={"refit": True})
    refitted = fit(run, params, data)
    for part in ("share", "weight", "liked", "calibration"):
        assert torch.equal(getattr(refitted.model, part), refitted.validated[part])
    both = with_validation(data).train
    matrix = refitted.model.filters.ranking.matrix
    assert matrix.nnz == len(both)
    before = refitted.validated["filters.ranking.user_items.value"]
    assert len(before) == len(data.train)


def test_parts_are_weighed_on_the_validation_part_which_they_have_not_learned(
    movielens, params, monkeypatch
):
    told = []
    monkeypatch.setattr(fitting, "combine", lambda *given: told.append(given[2]))
    run = select_run(params, "movielens-base").model_copy(update={"refit": True})
    fit(run, params, movielens.data)
    assert [data is movielens.data for data in told] == [True]


def test_the_squared_error_alone_is_also_what_chooses_the_epoch(params):
    for name in ("movielens", "imdb"):
        base = select_run(params, f"{name}-base")
        assert monitor_of(select_run(params, f"{name}-mse"), params) == "mse"
        assert monitor_of(base, params) == params.of(base).monitor != "mse"


def test_how_batches_are_drawn(params):
    train = params.train.model_copy(update={"mask_supervision": True, "soft_ratio": 0.7})
    params = params.model_copy(update={"train": train})
    base, soft = (select_run(params, f"movielens-{name}") for name in ("base", "soft"))
    negatives = params.of(base).num_negatives
    assert loading(base, params, 1000) == (negatives, 64, None)
    assert loading(soft, params, 1000) == (negatives, 64, 0.7)
    # Masked, a batch is at most a fourth of all; without masks it may be the whole.
    assert loading(base, params, 100)[1] == 25
    assert loading(base, params, 1)[1] == 1
    train = train.model_copy(update={"mask_supervision": False})
    assert loading(base, params.model_copy(update={"train": train}), 100)[1] == 64


@pytest.mark.skipif(torch.cuda.is_available(), reason="here there is one")
def test_without_a_cuda_device_it_says_what_to_do(movielens, params):
    run = select_run(params, "movielens-mse")
    asked = params.model_copy(update={"device": "cuda"})
    with pytest.raises(ParamsError, match="set `device: cpu`"):
        fit(run, asked, movielens.data)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("model", ["ngcf", "ngcf_final", "lightgcn"])
def test_a_cuda_device_agrees_with_the_cpu(data, params, base, model):
    run = base.model_copy(update={"model": model})
    rows = []
    for device in ("cpu", "cuda"):
        asked = params.model_copy(update={"device": device})
        rows.append(fit(run, asked, data).history.rows)
    for on_cpu, on_cuda in zip(*rows, strict=True):
        assert on_cuda == pytest.approx(on_cpu, rel=1e-3)
