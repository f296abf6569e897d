"""One list for everybody who asks: evaluation, a batch, the command line and the service."""

import json
from functools import cache

import numpy as np
import pytest
import torch

from graphrec.answers.choice import Choice
from graphrec.answers.predictor import Predictor
from graphrec.answers.service import make_app
from graphrec.evaluation.ranking import Seen, recommend
from tests.answers import asked
from tests.answers.asking import ask
from tests.answers.predictors import make_predictor
from tests.pipeline import PROJECT

K = 20
ASKED = 200
"""Users of a real model who ask each front end; of a small one all do."""
MOST = 1000
"""Users of a real model whose lists are compared without a front end."""
BASE = ("movielens-base", "imdb-base")


@pytest.fixture
def all_threads():
    """As many as there are; a test may change that."""
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def real_models():
    """models/ of the project."""
    if not all((PROJECT / "models" / run / "weights.safetensors").exists() for run in BASE):
        pytest.skip("needs the trained runs: call `dvc repro` or `dvc pull`")
    return PROJECT / "models"


def lists_of_evaluation(predictor: Predictor) -> list[list[int]]:
    """Of all users, K each or as many as there are, scored in evaluation's blocks."""
    data = predictor.data
    seen = Seen([data.train, data.valid.interactions], data.num_users)
    users = torch.arange(data.num_users)
    lists = recommend(predictor.trained.score_items, users, seen, K)
    return [[item for item in row if item >= 0] for row in lists.tolist()]


@cache
def load(folder) -> Predictor:
    return Predictor.load(folder)


@pytest.mark.parametrize("changes", [{}, {"model": "lightgcn"}, {"model": "ngcf"}], ids=str)
@pytest.mark.usefixtures("all_threads")
def test_scores_are_the_same_to_the_bit_in_any_company(data, changes):
    predictor = make_predictor(data, **changes)
    histories = [predictor.known(user) for user in range(data.num_users)]
    together = predictor.scores_and_targets(histories)
    for threads in (1, 2):
        torch.set_num_threads(threads)
        for size in (1, 2, 7):
            for start in range(0, data.num_users, size):
                rows = slice(start, start + size)
                some = predictor.scores_and_targets(histories[rows])
                for alone, whole in zip(some, together, strict=True):
                    assert torch.equal(alone, whole[rows])


@pytest.mark.parametrize("changes", [{}, {"model": "lightgcn"}, {"model": "ngcf"}], ids=str)
def test_scores_alone_are_those_beside_targets_to_the_bit(data, changes):
    trained, users = make_predictor(data, **changes).trained, torch.arange(data.num_users)
    assert torch.equal(trained.score_items(users), trained.score_and_rate_items(users)[0])


@pytest.mark.parametrize("changes", [{}, {"model": "lightgcn"}, {"model": "ngcf"}], ids=str)
def test_everybody_s_list_is_evaluation_s(data, changes):
    predictor = make_predictor(data, **changes)
    for user, expected in enumerate(lists_of_evaluation(predictor)):
        if not predictor.is_cold(predictor.known(user)):
            (best,) = predictor.recommend([predictor.known(user)], K)
            assert [one.item for one in best] == expected


def test_items_that_are_equal_to_the_model_come_by_number(movielens):
    predictor = make_predictor(movielens.data, model="lightgcn")
    vectors = predictor.trained.nodes_in_double.vectors
    vectors[movielens.data.num_users :] = vectors[-1].clone()
    for user in range(5):
        (best,) = predictor.recommend([predictor.known(user)], K)
        assert [one.item for one in best] == sorted(one.item for one in best)


@pytest.mark.parametrize("run", BASE)
def test_everybody_s_list_is_evaluation_s_with_a_real_model(run, real_models):
    predictor = load(real_models / run)
    step = -(-predictor.data.num_users // MOST)
    for user, expected in [*enumerate(lists_of_evaluation(predictor))][::step]:
        (best,) = predictor.recommend([predictor.known(user)], K)
        assert [one.item for one in best] == expected


@pytest.mark.parametrize("run", BASE)
def test_all_front_ends_give_the_same_rows(run, workplace, tmp_path, monkeypatch):
    expect_the_same_rows(workplace / "models" / run, tmp_path, monkeypatch)


@pytest.mark.parametrize("run", BASE)
def test_all_front_ends_give_the_same_rows_with_a_real_model(
    run, real_models, tmp_path, monkeypatch
):
    monkeypatch.chdir(PROJECT)
    expect_the_same_rows(real_models / run, tmp_path, monkeypatch)


def expect_the_same_rows(folder, tmp_path, monkeypatch) -> None:
    predictor, run = load(folder), folder.name
    monkeypatch.setattr(Choice, "load", lambda choice: load(choice.folder.resolve()))
    app, out = make_app(predictor, run), tmp_path / "all.json"
    asked.answer("batch", "--run", run, "-k", str(K), "--out", str(out))
    ids, of_batch = predictor.data.users.ids.tolist(), {}
    for row in json.loads(out.read_text()):
        of_batch.setdefault(row.pop("user"), []).append(row)
    evaluated = lists_of_evaluation(predictor)
    size = min(ASKED, len(ids))
    for user in np.random.default_rng(0).choice(len(ids), size, replace=False).tolist():
        of_command = asked.rows("recommend", "--run", run, "--user", ids[user], "-k", str(K))
        request = {"user": ids[user], "k": K}
        of_service = ask(app, "POST", "/api/recommend", json=request).json()["items"]
        for row in of_service:
            row["rating" if predictor.data.explicit else "chance"] = row.pop("target")
        assert of_command == of_service == of_batch[ids[user]]
        items = [predictor.data.items.ids[item] for item in evaluated[user]]
        assert [row["item"] for row in of_command] == items
