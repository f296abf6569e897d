"""NGCF_Final as the pipeline builds it: what any such model has to keep, for every run."""

import pytest
import torch

from graphrec.evaluation.results import evaluate_valid, protocol_of
from graphrec.filters.fit import fit_filters
from graphrec.graph.bipartite import build_graph
from graphrec.models.factory import build_model
from graphrec.training.validation import Validator
from tests.faults import PARAMS


@pytest.fixture(scope="module")
def filters(movielens, imdb):
    return {
        name: fit_filters(prepared.data, PARAMS.filters, 2, PARAMS.seed)
        for name, prepared in (("movielens", movielens), ("imdb", imdb))
    }


def build(run, data, graph, filters):
    return build_model(run, PARAMS.of(run), data, graph, filters[run.dataset])


@pytest.fixture(params=PARAMS.runs)
def name(request) -> str:
    return request.param


@pytest.fixture
def prepared(name, request):
    return request.getfixturevalue(PARAMS.runs[name].dataset)


@pytest.fixture
def graph(prepared):
    return build_graph(prepared.data)


@pytest.fixture
def model(name, prepared, graph, filters):
    return build(PARAMS.runs[name], prepared.data, graph, filters)


def test_evaluation_twice_gives_the_same_and_training_drops_out(model, graph):
    user, item = torch.arange(10), torch.arange(10)
    with torch.no_grad():
        model.eval()
        first, second = (model.score(model(graph), user, item) for _ in range(2))
        assert torch.equal(first, second)
        assert torch.isfinite(first).all()


def test_scores_of_a_block_are_those_of_its_pairs(model, graph):
    user, item = torch.tensor([0, 3, 39]), torch.tensor([0, 7, 59, 12])
    for mode in (True, False):
        with torch.no_grad():
            nodes = model.eval()(graph)
            model.train(mode)
            block = model.score_block(nodes, user, item)
            pairs = torch.cartesian_prod(user, item)
            single = model.score(nodes, pairs[:, 0], pairs[:, 1]).reshape(3, 4)
        torch.testing.assert_close(block, single, atol=1e-5, rtol=1e-5)


def test_the_gradient_reaches_every_parameter(model, graph):
    model.train()
    nodes = model(graph)
    user, item = torch.arange(40).repeat(60), torch.arange(60).repeat_interleave(40)
    weight = torch.randn(2, len(user))
    loss = model.predict(nodes, user, item) * weight[0] + model.score(nodes, user, item) * weight[1]
    loss.sum().backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert torch.isfinite(parameter.grad).all(), parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name


def test_parameter_groups_hold_every_parameter_once(model):
    grouped = [id(parameter) for group in model.parameter_groups() for parameter in group["params"]]
    assert sorted(grouped) == sorted(map(id, model.parameters()))


def test_more_layers_than_a_run_has_change_its_scores(name, model, graph, prepared, filters):
    """`layers` is a factor that the runs compare: it has to act."""
    run = PARAMS.runs[name]
    torch.manual_seed(0)
    shallow = build(run.model_copy(update={"layers": 0}), prepared.data, graph, filters)
    weights = shallow.state_dict()
    weights |= {
        key: value
        for key, value in model.state_dict().items()
        if key in weights and value.shape == weights[key].shape
    }
    shallow.load_state_dict(weights)
    user, item = torch.arange(20), torch.arange(20)
    with torch.no_grad():
        scores = [m.eval().score(m(graph), user, item) for m in (model, shallow)]
    assert not torch.allclose(*scores)


def test_isolated_nodes_stay_finite(model, graph):
    empty = torch.zeros(graph.num_edges, dtype=torch.bool)
    with torch.no_grad():
        nodes = model.eval()(graph, empty)
        assert torch.isfinite(model.score(nodes, torch.arange(9), torch.arange(9))).all()


class Networks:
    """The networks of a model alone, as something to evaluate."""

    def __init__(self, model, graph) -> None:
        self.model, self.nodes, self.every = model, model(graph), torch.arange(graph.num_items)

    def score_items(self, user):
        return self.model.score_block(self.nodes, user, self.every)

    def predict(self, user, item):
        return self.model.predict(self.nodes, user, item)


def test_evaluate_and_validation_agree_on_the_validation_part(model, graph, prepared):
    """The measures that choose an epoch are those that the tables show."""
    with torch.no_grad():
        measured = Validator(prepared.data, graph)(model.eval())
        protocol = protocol_of(PARAMS, prepared.data)
        values = evaluate_valid(Networks(model, graph), prepared.data, protocol).values
    assert measured.pop("cross_entropy") > 0  # which no table shows
    for measure, value in measured.items():
        assert values[measure] == pytest.approx(value, rel=1e-4, abs=1e-6)
