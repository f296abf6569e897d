"""The rating model that knows when the rating to predict was given: timeSVD++'s question."""

import numpy as np
import torch
from torch import Tensor

from graphrec.config.params import Params
from graphrec.config.training import RunParams, TimeAwareParams
from graphrec.data.dataset import Dataset
from graphrec.data.interactions import HeldOut
from graphrec.filters.time_effect import SECONDS_A_DAY, TimeKernel, fit_with_time
from graphrec.graph.bipartite import build_graph
from graphrec.models.trained import TrainedModel
from graphrec.training.fitting import fit_run

RESOLUTION = {"second": 1, "day": SECONDS_A_DAY}


class TimeAwareModel:
    """A trained model, and what the times of held-out ratings add to its predictions of them."""

    def __init__(self, timeless: TrainedModel, effects: Tensor) -> None:
        self.timeless = timeless
        self.effects = effects
        """(users, items), 0 for other pairs."""

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a rating for each pair (n,)."""
        return self.timeless.predict(user, item) + self.effects[user, item]


def time_kernel(options: TimeAwareParams) -> TimeKernel:
    fading = {term.days: term.variance for term in options.fading}
    return TimeKernel(options.same_day, fading, RESOLUTION[options.resolution])


def fit_time_aware(
    run: RunParams,
    params: Params,
    data: Dataset,
    held_out: list[HeldOut],
    options: TimeAwareParams,
) -> TimeAwareModel:
    """A run of risk `mse`, trained for all epochs on ratings without their time effects.

    It predicts the ratings of `held_out`, to which it adds what their times tell; of them it sees
    user, item and time. The graph's messages carry the ratings as they were given.
    """
    freed, filters, effect = fit_with_time(data, time_kernel(options), params.filters.explicit)
    weights = options.model_dump(include={"weight", "item_filter", "user_filter"})
    settings = params.of(run).model_dump()
    settings["ngcf_final"]["rating"] |= weights
    changed = params.model_dump()
    changed["hyperparameters"][run.hyperparameters] = settings
    trained, graph, _ = fit_run(
        run,
        Params.model_validate(changed),
        freed,
        filters,
        lambda _: None,
        refit=True,
        graph=build_graph(data),
    )
    effects = np.zeros((data.num_users, data.num_items), np.float32)
    for part in held_out:
        held = part.interactions
        effects[held.user, held.item] = options.share * effect.of(held.user, held.timestamp)
    return TimeAwareModel(TrainedModel(trained, graph), torch.from_numpy(effects))
