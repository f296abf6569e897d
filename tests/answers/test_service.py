"""Over HTTP a predictor answers what it answers, and what is asked amiss is said in a sentence."""

import dataclasses
import json
import socket
from urllib.parse import urlencode

import numpy as np
import pytest

from graphrec.answers.careful import LARGEST
from graphrec.answers.predictor import Predictor
from graphrec.answers.service import main, make_app
from tests.answers.asking import ask, train_folder

ODD = "a&b/c?d=é #1"
"""An id that is none in an address."""


@pytest.fixture(scope="module", params=["movielens", "imdb"])
def predictor(request, tmp_path_factory) -> Predictor:
    prepared = request.getfixturevalue(request.param)
    loaded = Predictor.load(train_folder(request.param, prepared, tmp_path_factory.mktemp("run")))
    items = loaded.data.items
    ids = items.ids.astype("U20")
    ids[3] = ODD
    loaded.data = dataclasses.replace(loaded.data, items=dataclasses.replace(items, ids=ids))
    return loaded


@pytest.fixture(scope="module")
def app(predictor):
    return make_app(predictor, "a-run")


def recommend(app, **request):
    return ask(app, "POST", "/api/recommend", json=request)


def test_everybody_gets_the_list_of_the_predictor(app, predictor):
    data = predictor.data
    histories = [predictor.known(user) for user in range(data.num_users)]
    for user, (history, identity) in enumerate(zip(histories, data.users.ids, strict=True)):
        (expected,) = predictor.recommend([history], 5)
        answer = recommend(app, user=str(identity), k=5).json()
        assert (answer["run"], answer["cold"]) == ("a-run", False)
        got = [
            (each["item"], each["title"], each["score"], each["target"]) for each in answer["items"]
        ]
        assert got == [
            (
                data.items.ids[each.item],
                data.items.titles[each.item],
                round(each.score, 6),
                round(each.target, 6),
            )
            for each in expected
        ], user


def test_somebody_new_is_told_by_ids_or_titles(app, predictor):
    ids, titles = predictor.data.items.ids, predictor.data.items.titles
    (expected,) = predictor.recommend([predictor.newcomer([0, 3])], 4)
    answer = recommend(app, items=[str(titles[0]), ODD], k=4).json()
    assert [each["item"] for each in answer["items"]] == [ids[each.item] for each in expected]
    assert recommend(app, items=[]).json()["cold"] is True


def test_ratings_and_what_was_seen(app, predictor):
    if not predictor.data.explicit:
        assert recommend(app, items=["0"], ratings=[1.0]).status_code == 422
        return
    first, second = map(str, predictor.data.items.ids[:2])
    every = predictor.data.num_items
    asked = {"items": [first, second], "ratings": [5, 1.0], "k": every}
    left = {each["item"] for each in recommend(app, **asked).json()["items"]}
    assert left == set(map(str, predictor.data.items.ids)) - {first, second}
    seen = recommend(app, **asked, exclude_seen=False).json()["items"]
    assert len(seen) == every


def test_a_list_is_shorter_where_no_more_is_left(app, predictor):
    user = str(predictor.data.users.ids[0])
    answer = recommend(app, user=user, k=10**9).json()
    assert len(answer["items"]) == predictor.data.num_items - len(predictor.known(0))


def test_reasons_come_if_asked(app, predictor):
    user = str(predictor.data.users.ids[0])
    assert "because" not in recommend(app, user=user).json()["items"][0]
    titles = predictor.data.items.titles[predictor.known(0).item]
    because = recommend(app, user=user, explain=True).json()["items"][0]["because"]
    assert because == "" or any(title in because for title in titles)


def test_an_id_of_any_signs_is_asked_for_in_the_query(app, predictor):
    similar = ask(app, "GET", "/api/similar?" + urlencode({"item": ODD, "k": 3})).json()
    assert [(each["item"], each["cosine"]) for each in similar] == [
        (predictor.data.items.ids[item], round(cosine, 6))
        for item, cosine in predictor.similar(3, 3)
    ]
    user = predictor.data.users.ids[0]
    answer = ask(app, "GET", "/api/explain?" + urlencode({"user": user, "item": ODD}))
    assert answer.json()["item"] == ODD
    listed = ask(app, "GET", "/api/items?" + urlencode({"q": ODD})).json()
    assert [each["id"] for each in listed] == [ODD]


def test_people_and_items_are_listed_with_their_counts(app, predictor):
    data = predictor.data
    users = ask(app, "GET", "/api/users?limit=1000").json()
    count = np.bincount(predictor.before.user, minlength=data.num_users)
    assert {each["id"]: each["count"] for each in users} == dict(
        zip(data.users.ids.tolist(), count.tolist(), strict=True)
    )
    assert len(ask(app, "GET", "/api/items?q=&limit=2").json()) == 2
    assert ask(app, "GET", "/api/items?q=no+such+title").json() == []


def test_what_the_service_is_of(app, predictor):
    about = ask(app, "GET", "/api/about").json()
    assert (about["run"], about["items"]) == ("a-run", predictor.data.num_items)
    assert (about["ratings"] is not None) == predictor.data.explicit
    assert about["target"] == ("rating" if predictor.data.explicit else "chance")
    assert ask(app, "GET", "/health").json() == {"run": "a-run"}


BAD = {
    "a user unknown": ({"user": "nobody"}, "got 'nobody'"),
    "an item unknown": ({"items": ["no such"]}, "got 'no such'"),
    "an item twice": ({"items": [ODD, ODD]}, "once, got"),
    "k of 0": ({"user": "1", "k": 0}, "expected k to be greater than or equal to 1, got 0"),
    "k as text": ({"user": "1", "k": "3"}, "expected k to be a valid integer, got '3'"),
    "k true": ({"user": "1", "k": True}, "expected k to be a valid integer, got True"),
    "k in parts": ({"user": "1", "k": 2.5}, "expected k to be a valid integer, got 2.5"),
    "a user as number": ({"user": 1}, "expected user to be a valid string, got 1"),
    "items as text": ({"items": "1"}, "expected items to be a valid list, got '1'"),
    "nobody": ({}, "expected either user, or the items of somebody new, got neither"),
    "two people": ({"user": "1", "items": []}, "got both"),
    "ratings of a user": ({"user": "1", "ratings": [1.0]}, "expected ratings with the items"),
    "an unknown key": ({"user": "1", "kk": 3}, "expected some of user, items"),
    "an unknown feature": ({"items": [], "where": "colour=red"}, "got 'colour'"),
    "no condition": ({"items": [], "where": "new"}, "expected a condition"),
    "a list": ([1], "expected the request to be a valid dictionary"),
}


@pytest.mark.parametrize(("body", "reason"), BAD.values(), ids=BAD)
def test_a_bad_request_is_told_what_is_wrong(app, body, reason):
    answer = ask(app, "POST", "/api/recommend", json=body)
    assert answer.status_code == 422, answer.text
    detail = answer.json()["detail"]
    assert detail.startswith("expected")
    assert reason in detail


JSON = {"content-type": "application/json"}
RAW = {
    "cut off": ('{"user": "1', JSON, 422, "expected JSON, got an error at character"),
    "not JSON": ("user=1", JSON, 422, "expected JSON"),
    "empty": ("", JSON, 422, "expected the request, got none"),
    "not UTF-8": (b"\xff\xfe{", JSON, 400, ""),
    "nested deeply": ("[" * 100_000, JSON, 400, ""),
    "a number too long": ('{"k": ' + "1" * 5000 + "}", JSON, 400, ""),
    "a form": ("user=1", {"content-type": "application/x-www-form-urlencoded"}, 415, "got 'appl"),
    "no type": (b"{}", {}, 415, "expected the content type application/json, got none"),
    "NaN": ('{"items": ["a"], "ratings": [NaN]}', JSON, 422, "to be a finite number, got nan"),
    "infinity": ('{"items": ["a"], "ratings": [1e999]}', JSON, 422, "finite number, got inf"),
    "k infinite": ('{"user": "1", "k": Infinity}', JSON, 422, "expected k to be a"),
}


@pytest.mark.parametrize(("body", "headers", "status", "reason"), RAW.values(), ids=RAW)
def test_a_body_that_is_none_is_refused(app, body, headers, status, reason):
    answer = ask(app, "POST", "/api/recommend", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert reason in answer.json()["detail"]
    assert len(answer.text) < 500


@pytest.mark.parametrize("told", [True, False], ids=["by its length", "in pieces"])
def test_a_large_body_is_not_read(app, told):
    read = 0

    async def pieces():
        nonlocal read
        for _ in range(100):
            read += 1
            yield b" " * 1_000_000

    headers = JSON | ({"content-length": "100000000"} if told else {})
    answer = ask(app, "POST", "/api/recommend", content=pieces(), headers=headers)
    assert answer.status_code == 413
    assert f"at most {LARGEST:,} bytes" in answer.json()["detail"]
    assert read <= 3


def test_a_long_text_is_not_sent_back(app):
    answer = recommend(app, user="x" * 100_000)
    assert answer.status_code == 422
    assert len(answer.text) < 300
    answer = recommend(app, items=["x" * 900] * 3)
    assert answer.status_code == 422


@pytest.mark.parametrize("query", ["item=no", "item=", "k=1", f"item={ODD}&k=0", "item=1&k=x"])
def test_a_bad_query_is_told_too(app, query):
    answer = ask(app, "GET", f"/api/similar?{query}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("expected")


def test_other_hosts_names_are_refused(app):
    assert ask(app, "GET", "/api/about", headers={"host": "elsewhere.example"}).status_code == 400
    assert ask(app, "GET", "/api/about", headers={"host": "localhost:8080"}).status_code == 200
    assert json.loads(ask(app, "GET", "/nowhere").text) == {"detail": "Not Found"}


def test_a_run_that_is_none_is_told_with_those_that_are(tmp_path, monkeypatch):
    (tmp_path / "models" / "a-run").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="got 'a-rnu': choose one of a-run"):
        main(["a-rnu"])


def test_a_port_that_is_taken_is_told(tmp_path, monkeypatch):
    (tmp_path / "models" / "a-run").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"expected a free port, got {port}"):
            main(["a-run", "--port", str(port)])
    with pytest.raises(SystemExit, match="expected a free port, got 65536"):
        main(["a-run", "--port", "65536"])
