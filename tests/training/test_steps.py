"""What a step and an epoch report and minimise, batch by batch."""

import pytest
import torch

from graphrec.data.batches import SharedNegatives
from graphrec.data.readers.torch_datasets import torch_dataset
from graphrec.models.losses import bpr_loss, mse_loss
from graphrec.training.loop import shared_negatives_loss
from tests.training.test_loop import Trial

WEIGHT = 0.5


def with_shared_negatives(prepared, batch_size: int) -> Trial:
    trial = Trial(prepared, batch_size)
    dataset = torch_dataset(trial.data, torch.Generator().manual_seed(0), num_negatives=9)
    trial.loader = dataset.loader(batch_size)
    return trial


def values_of(trial: Trial, batch) -> tuple[float, float, float]:
    """Squared error, pair loss and the loss that is minimised."""
    model = trial.model
    nodes = model(trial.graph)
    user, item = batch.user, batch.item
    if len(batch.edge_label) > len(user):
        user, item = user.repeat(2), torch.cat([item, batch.negative])
    mse = mse_loss(model.predict(nodes, user, item), batch.edge_label)
    positive, negative = (
        model.score(nodes, batch.user, each) for each in (batch.item, batch.negative)
    )
    pairs = minimised = bpr_loss(positive, negative)
    if batch.shared_negatives is not None:
        minimised = shared_negatives_loss(model, nodes, positive, batch.shared_negatives)
    return mse.item(), pairs.item(), (mse + WEIGHT * minimised).item()


@pytest.mark.parametrize("make", [Trial, with_shared_negatives])
def test_an_epoch_s_errors_are_means_over_its_interactions(prepared, make):
    """Of the batches, the last of which is a small one; nothing of the epoch before is left."""
    size = 2 * len(prepared.data.train) // 5
    trial, twin = make(prepared, size), make(prepared, size)
    history = trial.train(epochs=2, rate=0.0, log_error_weight=WEIGHT)  # the model stays as it is
    for row in history.rows:
        batches = [*twin.loader]
        assert len({len(batch.user) for batch in batches}) == 2
        total = sum(len(batch.user) for batch in batches)
        sums = [0.0, 0.0, 0.0]
        for batch in batches:
            for number, value in enumerate(values_of(twin, batch)):
                sums[number] += len(batch.user) * value / total
        found = [row["train_mse"], row["train_log_error"], row["train_loss"]]
        assert found == pytest.approx(sums, rel=1e-4)


def test_a_model_is_in_training_for_its_steps_alone(imdb):
    trial, steps, validated = Trial(imdb), [], []
    forward = trial.model.forward

    def spy(*given):
        steps.append(trial.model.training)
        return forward(*given)

    def validate(model):
        validated.append(model.training)
        return {"ndcg_at_10": 0.1}

    trial.model.forward = spy
    trial.train(validate, epochs=2)
    assert all(steps)
    assert validated == [False, False]


def test_a_shared_negative_is_none_where_it_is_an_interaction(movielens):
    trial = Trial(movielens)
    model, nodes = trial.model, trial.model(trial.graph)
    users, items = torch.tensor([7, 2]), torch.tensor([1, 5, 8, 0])
    of_user, positive = torch.tensor([1, 0, 1]), torch.tensor([3, 4, 6])
    known = torch.tensor([[True, False, False, True], [False, True, False, False]])
    shared = SharedNegatives(users, of_user, items, known)
    own = model.score(nodes, users[of_user], positive)
    expected = []
    for row, score in zip(of_user.tolist(), own, strict=True):
        others = model.score_block(nodes, users[[row]], items[~known[row]])[0]
        expected.append(torch.cat([score[None], others]).logsumexp(0) - score)
    found = shared_negatives_loss(model, nodes, own, shared)
    torch.testing.assert_close(found, torch.stack(expected).mean())
