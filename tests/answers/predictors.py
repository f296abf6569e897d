"""Predictors of small models, every parameter of which is away from its start."""

import torch

from graphrec.answers.history import History
from graphrec.answers.predictor import Predictor
from graphrec.config.params import select_run
from graphrec.filters.fit import fit_filters
from graphrec.graph.bipartite import build_graph
from graphrec.models import NGCF_Final
from graphrec.models.factory import build_model
from tests.faults import PARAMS
from tests.models.networks import disturbed


def make_predictor(data, filters=None, **changes) -> Predictor:
    """Of the base run with some keys changed, and the parts of NGCF_Final mixed."""
    torch.manual_seed(1)
    run = select_run(PARAMS, f"{'movielens' if data.explicit else 'imdb'}-base")
    run = run.model_copy(update=changes)
    graph = build_graph(data)
    if run.model == "ngcf_final" and filters is None:
        filters = fit_filters(data, PARAMS.filters, run.layers, PARAMS.seed)
    model = disturbed(build_model(run, PARAMS.of(run), data, graph, filters))
    if isinstance(model, NGCF_Final):
        model.share.fill_(0.3)
        model.weight.copy_(torch.linspace(0.8, 0.5, len(model.names)))
        model.liked.copy_(torch.tensor([1.5, 3.0]))
        model.calibration.copy_(torch.tensor([0.7, -2.0]))
    return Predictor(model, graph, data)


def trained_on(predictor: Predictor, user: int) -> History:
    """Somebody new who did what a training user did in the training part."""
    train = predictor.data.train
    mine = train[train.user == user]
    return History(mine.item, mine.rating)
