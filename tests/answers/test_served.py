"""The model that MLflow serves: nothing pickled, and the same answers from code of its own."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import httpx
import mlflow
import pandas as pd
import pytest
import torch
from mlflow.pyfunc import scoring_server

from graphrec.answers.predictor import Predictor
from graphrec.tracking.served_model import PARAMS, REQUIRED, requirements, save_served
from tests.answers.asking import ask, train_folder
from tests.imports import ROOT, closure, modules_of
from tests.pipeline import environment
from tests.servers import free_port

START_SECONDS = 120


@pytest.fixture(scope="module", params=["movielens", "imdb"])
def folder(request, tmp_path_factory) -> Path:
    prepared = request.getfixturevalue(request.param)
    return train_folder(request.param, prepared, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def predictor(folder) -> Predictor:
    return Predictor.load(folder)


@pytest.fixture(scope="module")
def saved(folder, predictor, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("served") / "model"
    save_served(path, folder, str(predictor.data.users.ids[0]))
    return path


@contextmanager
def loaded_from(path: Path):
    """The model, in this process, whose search path MLflow changes."""
    with patch.object(sys, "path", [*sys.path]):
        yield mlflow.pyfunc.load_model(str(path))


@pytest.fixture(scope="module")
def model(saved):
    with loaded_from(saved) as model:
        yield model


@pytest.fixture(scope="module")
def server(model):
    """MLflow's own application, without a network between."""
    with patch.dict("os.environ"):
        yield scoring_server.init(model)


def expected_rows(predictor, users, k, **options) -> list[dict]:
    data = predictor.data
    lists = [predictor.recommend([predictor.known(user)], k, **options)[0] for user in users]
    return [
        {
            "row": row,
            "user": str(data.users.ids[user]),
            "rank": rank,
            "item": data.items.ids[each.item],
            "title": data.items.titles[each.item],
            "score": pytest.approx(each.score, abs=1e-5),
            "rating" if data.explicit else "chance": pytest.approx(each.target, abs=1e-5),
        }
        for row, (user, best) in enumerate(zip(users, lists, strict=True))
        for rank, each in enumerate(best, start=1)
    ]


def test_everybody_gets_the_list_of_the_predictor(model, predictor):
    users = range(predictor.data.num_users)
    table = pd.DataFrame({"user": predictor.data.users.ids})
    rows = model.predict(table, params={"k": 5}).to_dict("records")
    assert rows == expected_rows(predictor, users, 5)


def test_nothing_is_pickled_and_nothing_is_unpickled(saved):
    files = [path for path in saved.rglob("*") if path.is_file()]
    assert {path.suffix for path in files if "code" not in path.relative_to(saved).parts} == {
        *("", ".txt", ".yaml", ".json", ".py", ".npz", ".csv", ".safetensors")
    }
    assert not [path for path in files if path.suffix in (".pkl", ".pickle", ".pt", ".pyc")]
    assert not [path for path in files if path.read_bytes()[:1] == pickle.PROTO]
    with (
        patch.object(pickle, "load", side_effect=AssertionError),
        patch.object(pickle, "loads", side_effect=AssertionError),
        patch.object(pickle, "Unpickler", side_effect=AssertionError),
        patch.object(torch, "load", side_effect=AssertionError),
        loaded_from(saved) as model,
    ):
        assert len(model.predict(pd.DataFrame([{"items": []}]), params={"k": 3})) == 3


def test_it_requires_what_answering_imports():
    names = {"sklearn": "scikit-learn", "torch_geometric": "torch-geometric"}
    modules = {
        module.split(".")[0]
        for file in closure("graphrec/answers/served.py")
        for module in modules_of(file)
    }
    others = modules - set(sys.stdlib_module_names) - {"graphrec", "pydantic_core"}
    assert {names.get(module, module) for module in others} == set(REQUIRED)
    pinned = (ROOT / "requirements.txt").read_text().splitlines()
    assert set(requirements()) <= set(pinned)


def post(server, body, kind="application/json", **params):
    if not isinstance(body, str | bytes):
        body = json.dumps({"dataframe_records": body, "params": params})
    return ask(server, "POST", "/invocations", content=body, headers={"content-type": kind})


def test_rows_may_be_users_and_people_who_are_new(server, predictor):
    ids, titles = predictor.data.items.ids, predictor.data.items.titles
    user = str(predictor.data.users.ids[1])
    new = {"items": [str(ids[0]), str(titles[2])]}
    rows = post(server, [{"user": user}, new, {"items": []}], k=2).json()["predictions"]
    assert [(row["row"], row["rank"]) for row in rows] == [(r, n) for r in range(3) for n in (1, 2)]
    assert rows[:2] == expected_rows(predictor, [1], 2)
    (best,) = predictor.recommend([predictor.newcomer([0, 2])], 2)
    assert [row["item"] for row in rows[2:4]] == [ids[each.item] for each in best]


def test_csv_asks_as_json_does(server, predictor):
    ids = [str(each) for each in predictor.data.items.ids[:2]]
    user = str(predictor.data.users.ids[0])
    asked = [{"user": user}, {"items": ids}]
    table = pd.DataFrame([{"user": user}, {"items": json.dumps(ids)}]).to_csv(index=False)
    assert post(server, table, "text/csv").json() == post(server, asked).json()


def test_params_are_those_of_a_request(server, predictor):
    user, every = str(predictor.data.users.ids[0]), predictor.data.num_items
    rows = post(server, [{"user": user}], k=every, exclude_seen=False).json()["predictions"]
    assert len(rows) == every
    rows = post(server, [{"user": user}], k=10**6).json()["predictions"]
    assert len(rows) == every - len(predictor.known(0))
    assert "because" not in rows[0]
    rows = post(server, [{"user": user}], k=1, explain=True).json()["predictions"]
    assert isinstance(rows[0]["because"], str)


BAD = {
    "a user unknown": ([{"user": "nobody"}], {}, "got 'nobody'"),
    "a user as number": ([{"user": 1}], {}, "expected user to be a valid string, got 1"),
    "the second row": ([{"items": []}, {"user": "nobody"}], {}, "row 1: expected"),
    "no rows": ([], {}, "expected 1 to 10000 rows"),
    "an empty row": ([{}], {}, "expected 1 to 10000 rows"),
    "a row of nothing": ([{"user": None}], {}, "got neither"),
    "another column": ([{"item": "1"}], {}, "expected 1 to 10000 rows with some of user, items"),
    "k of 0": ([{"items": []}], {"k": 0}, "expected k to be greater than or equal to 1, got 0"),
    "k as text": ([{"items": []}], {"k": "3"}, "Can not safely convert"),
    "k none": ([{"items": []}], {"k": None}, "expected k to be a valid integer, got None"),
    "items as text": ([{"items": "one"}], {}, "expected a list"),
    "items as numbers": ([{"items": [1]}], {}, "expected items.0 to be a valid string, got 1"),
    "ratings NaN": ([{"items": ["1"], "ratings": [float("nan")]}], {}, "finite number, got nan"),
    "a filter": ([{"items": []}], {"where": "colour=red"}, "got 'colour'"),
}


@pytest.mark.parametrize(("rows", "params", "reason"), BAD.values(), ids=BAD)
def test_a_bad_request_is_told_what_is_wrong(server, rows, params, reason):
    answer = post(server, rows, **params)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]


def test_what_came_is_not_sent_back_whole(server):
    answer = post(server, [{"user": "x" * 900}] * 5000)
    assert answer.status_code == 400
    assert len(answer.text) < 10_000


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"dataframe_records": [{"user": "1', "application/json", 400),
        ("[1]", "application/json", 400),
        ('{"rows": []}', "application/json", 400),
        ('user\n"1', "text/csv", 400),
        ("user=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_that_is_none_is_refused(server, body, kind, status):
    assert post(server, body, kind).status_code == status


def test_mlflow_serves_it_from_the_folder_alone(saved, predictor, tmp_path):
    """`mlflow models serve`, elsewhere, with nothing of the project on the search path."""
    if not predictor.data.explicit:
        pytest.skip("one of the two is enough")
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "mlflow", "models", "serve"]
    options = ["--model-uri", str(saved), "--port", str(port), "--env-manager", "local"]
    variables = environment(tmp_path) | {"PYTHONPATH": ""}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    serving = subprocess.Popen(
        command + options, cwd=tmp_path, env=variables, start_new_session=True, **quiet
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            until = time.monotonic() + START_SECONDS
            while not answers(client):
                assert serving.poll() is None
                assert time.monotonic() < until
                time.sleep(0.2)
            rows = [{"user": str(each)} for each in predictor.data.users.ids[:3]]
            asked = {"dataframe_records": rows, "params": PARAMS | {"k": 4}}
            answer = client.post("/invocations", json=asked)
            assert answer.json()["predictions"] == expected_rows(predictor, range(3), 4)
            refused = client.post("/invocations", json=asked | {"params": {"k": 0}})
            assert (refused.status_code, "got 0" in refused.text) == (400, True)
    finally:
        os.killpg(serving.pid, signal.SIGKILL)  # MLflow has started a process of its own
        serving.wait()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/ping").status_code == 200
    except httpx.TransportError:
        return False
