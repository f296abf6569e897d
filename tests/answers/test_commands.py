"""Questions and answers, as a person types and reads them."""

import json
from types import SimpleNamespace

import pytest
import torch

from graphrec.answers.predictor import Predictor
from tests.answers.asked import (
    EVENTS,
    FORMULA,
    RATED,
    answer,
    ask,
    csv_rows,
    load,
    refused,
    rows,
)

pytestmark = pytest.mark.usefixtures("workplace")


@pytest.mark.parametrize("source", [RATED, EVENTS], ids=["ratings", "events"])
@pytest.mark.parametrize(
    "person", [["--user", "3"], ["--likes", "5", "--likes", "7"], []], ids=["user", "new", "nobody"]
)
def test_the_three_formats_agree(source, person):
    command = ("recommend", *person, *source, "-k", "7")
    target = "rating" if source is RATED else "chance"
    expected = rows(*command)
    assert [row["rank"] for row in expected] == [1, 2, 3, 4, 5, 6, 7]
    assert list(expected[0]) == ["rank", "item", "title", "score", target]
    read = csv_rows(*command)
    assert [row["title"].removeprefix("'") for row in read] == [row["title"] for row in expected]
    for column, convert in {"rank": int, "item": str, "score": float, target: float}.items():
        assert [convert(row[column]) for row in read] == [row[column] for row in expected]
    header, *lines = answer(*command).splitlines()
    assert header.split() == ["rank", "item", "title", "score", target]
    assert [line.split()[:2] for line in lines] == [[str(r["rank"]), r["item"]] for r in expected]


@pytest.mark.parametrize("source", [RATED, EVENTS], ids=["ratings", "events"])
def test_ids_are_the_data_set_s_own_for_nobody_too(source, workplace):
    """Internal numbers come neither in nor out: movielens starts at 1."""
    answers = load(workplace / "models" / f"{source[1]}-base")
    data = answers.predictor.data
    for person in (["--user", "2"], []):
        for row in rows("recommend", *person, *source, "-k", "1000"):
            number = data.items.ids.tolist().index(row["item"])
            assert row["title"] == data.items.titles[number]
    everything = rows("recommend", *source, "-k", "1000")
    assert {row["item"] for row in everything} == set(data.items.ids)
    train = data.train.item
    first = everything[0]["item"]
    assert (train == data.items.ids.tolist().index(first)).sum() == max(
        (train == number).sum() for number in range(data.num_items)
    )


def test_a_predicted_rating_is_on_the_scale_and_a_chance_one(workplace, monkeypatch):
    for source, low, high in ((RATED, 1, 5), (EVENTS, 0, 1)):
        for row in rows("recommend", "--user", "3", *source, "-k", "1000", "--include-seen"):
            assert low <= row["rating" if source is RATED else "chance"] <= high
    answers = load(workplace / "models" / "movielens-base")
    person, trained = answers.predictor.known(0), answers.predictor.trained
    scores, ratings = trained.score_and_rate_items(torch.tensor([0]))
    monkeypatch.setattr(trained, "score_and_rate_items", lambda _: (scores, ratings + 10))
    assert answers.score(person, 5)["rating"] == 5
    assert answers.recommend([person], 1)[0][0]["rating"] == 5


def test_nobody_is_told_so():
    result = ask("recommend", *RATED)
    assert "nobody was named: the answer is what is popular" in result.stderr
    assert "popular" not in ask("recommend", *RATED, "--user", "3").stderr


def test_a_user_s_own_items_come_only_if_asked_for(workplace):
    answers = load(workplace / "models" / "movielens-base")
    known = answers.predictor.known(2)
    own = {answers.items.ids[item] for item in known.item}
    unseen = {row["item"] for row in rows("recommend", "--user", "3", *RATED, "-k", "1000")}
    every = {
        row["item"]
        for row in rows("recommend", "--user", "3", *RATED, "-k", "1000", "--include-seen")
    }
    assert unseen.isdisjoint(own)
    assert every == set(answers.items.ids) == unseen | own
    for k in (1, 5, len(unseen)):
        assert len(rows("recommend", "--user", "3", *RATED, "-k", str(k))) == k


def test_a_list_is_short_where_items_run_out_and_says_so():
    result = ask("recommend", "--user", "3", *RATED, "-k", "1000", "--format", "json")
    count = len(json.loads(result.stdout))
    assert f"graphrec: {count} items, fewer than the 1000 asked for" in result.stderr


def test_conditions_hold_for_all_that_is_recommended_or_similar(workplace):
    items = load(workplace / "models" / "movielens-base").items
    conditions = ["--where", "genre=comedy", "--where", "year>=1960"]
    mask = items.where(conditions[1::2])
    for command in (["recommend", "--user", "3"], ["similar", "--item", "5"]):
        listed = rows(*command, *RATED, *conditions, "-k", "1000")
        assert listed
        assert all(mask[items.find(row["item"])] for row in listed)
        assert len(rows(*command, *RATED, *conditions, "-k", "2")) == 2
    assert "choose one of genre" in refused("recommend", *RATED, "--where", "gnre=Comedy")


def test_similar_items_best_first_without_the_item_itself():
    listed = rows("similar", "--item", "Café 5 (1995)", *RATED, "-k", "1000")
    assert "5" not in {row["item"] for row in listed}
    cosines = [row["cosine"] for row in listed]
    assert cosines == sorted(cosines, reverse=True)
    assert rows("similar", "--item", "5", *RATED, "-k", "1000") == listed


@pytest.mark.parametrize("source", [RATED, EVENTS], ids=["ratings", "events"])
@pytest.mark.parametrize("person", [["--user", "3"], ["--likes", "5"], []])
def test_a_score_is_that_of_the_list_with_its_rank(source, person):
    listed = rows("recommend", *person, *source, "-k", "1000")
    for row in (listed[0], listed[7], listed[-1]):
        (scored,) = rows("score", *person, "--item", row["item"], *source)
        assert scored.pop("of") == len(listed)
        assert scored == pytest.approx(row, abs=1e-5)


def test_what_they_had_has_no_rank():
    result = ask("score", "--likes", "5", "--item", "5", *RATED)
    assert "no rank: 5 is among what they had" in result.stderr
    assert result.stdout.splitlines()[1].split()[-2:] == ["-", "59"]


def test_twins_are_told_apart_by_their_ids_and_formulas_are_harmless():
    command = ("recommend", *RATED, "-k", "1000")
    twins = {row["item"] for row in rows(*command) if row["title"] == "Twin (1990)"}
    assert twins == {"1", "2"}
    assert "1 (Twin (1990)), 2 (Twin (1990))" in refused("similar", "--item", "twin", *RATED)
    assert f"'{FORMULA}" in {row["title"] for row in csv_rows(*command)}
    table = answer(*command)
    assert r"Red \x1b[31m (1995)" in table
    assert "\x1b" not in table


@pytest.mark.parametrize("user", ["03", "0", "-1", "99999", "user 3"])
def test_another_id_is_nobody_s(user):
    assert "the nearest are" in refused("recommend", "--user", user, *RATED)


def explained(self, history, item, most):
    """As `Predictor.explain` answers."""
    value = float(len(history))
    return SimpleNamespace(
        score=1.5,
        parts=[SimpleNamespace(name="network", value=1.0), SimpleNamespace(name="walk", value=0.5)],
        because=[SimpleNamespace(item=int(history.item[0]), value=value, relation="liked too")],
    )


def test_an_explanation_is_structured_in_json_and_a_sentence_elsewhere(monkeypatch):
    monkeypatch.setattr(Predictor, "explain", explained, raising=False)
    command = ("recommend", "--likes", "5", *RATED, "-k", "2", "--explain")
    for row in rows(*command):
        assert row["parts"] == {"network": 1.0, "walk": 0.5}
        assert row["because"] == [
            {"item": "5", "title": "Café 5 (1995)", "value": 1.0, "relation": "liked too"}
        ]
    for row in csv_rows(*command):
        assert row["because"] == "Café 5 (1995) (liked too, +1.000)"
    assert "Café 5 (1995) (liked too, +1.000)" in answer(*command)
