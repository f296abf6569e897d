"""The rating model that knows when the rating to predict was given: timeSVD++'s question."""

import numpy as np
import torch
from torch import Tensor

from graphrec.config.sections import Params, RunParams, TimeAwareParams
from graphrec.data.interactions import HeldOut, TrainingData
from graphrec.evaluation.evaluate import Predictor
from graphrec.evaluation.results import predictor_of
from graphrec.filters.time_effect import SECONDS_A_DAY, TimeKernel, fit_with_time
from graphrec.graph.bipartite import build_graph
from graphrec.training.fitting import fit_run

RESOLUTION = {"second": 1, "day": SECONDS_A_DAY}


def time_kernel(options: TimeAwareParams) -> TimeKernel:
    fading = {term.days: term.variance for term in options.fading}
    return TimeKernel(options.same_day, fading, RESOLUTION[options.resolution])


def fit_time_aware(
    run: RunParams,
    params: Params,
    data: TrainingData,
    parts: list[HeldOut],
    options: TimeAwareParams,
) -> Predictor:
    """A run of risk `mse`, trained for all epochs on ratings without their time effects.

    It predicts the held-out ratings of `parts`, to which it adds what their times tell; of them it
    sees user, item and time. The graph's messages carry the ratings as they were given.
    """
    filters = params.movielens.filters
    freed, fitted, effect = fit_with_time(
        data,
        time_kernel(options),
        filters.noise,
        filters.item_over_relaxation,
        filters.user_over_relaxation,
    )
    weights = {name: getattr(options, name) for name in ("weight", "item_filter", "user_filter")}
    model = params.movielens.ngcf_final
    section = params.movielens.model_copy(
        update={
            "ngcf_final": model.model_copy(
                update={"rating": model.rating.model_copy(update=weights)}
            )
        }
    )
    timed = params.model_copy(update={"movielens": section})
    trained, graph, _ = fit_run(
        run, timed, freed, fitted, lambda _: None, refitted=True, graph=build_graph(data)
    )
    timeless = predictor_of(trained, graph).predict
    assert timeless is not None  # every model predicts targets
    table = np.zeros((data.num_users, data.num_items), np.float32)
    for part in parts:
        held = part.interactions
        table[held.user, held.item] = options.share * effect.of(held.user, held.timestamp)
    effects = torch.from_numpy(table)

    def predict(user: Tensor, item: Tensor) -> Tensor:
        return timeless(user, item) + effects[user, item]

    return Predictor(predict=predict)
