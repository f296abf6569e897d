"""Somebody new, from what they like or from a file of ratings."""

import numpy as np
import pytest

from graphrec.answers import people
from graphrec.answers.errors import AnswerError
from graphrec.answers.people import history_of, read_ratings
from tests.answers.asked import RATED, load, rows


@pytest.fixture(params=["movielens", "imdb"])
def answers(request, trained):
    return load(trained / "models" / f"{request.param}-base")


@pytest.fixture
def rated(trained):
    return load(trained / "models" / "movielens-base")


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "mine.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def test_a_user_a_newcomer_nobody(answers):
    known = history_of(answers, user=answers.users.ids[4])
    assert known.user == 4
    two = [answers.items.ids[5], answers.items.titles[7], answers.items.ids[7]]
    new = history_of(answers, likes=two)
    assert (new.user, new.item.tolist()) == (None, [5, 7])
    assert len(history_of(answers)) == 0


def test_a_file_of_ratings_by_ids_and_titles(rated, file):
    path = file('\ufeffrating,item\n5,7\n\n 2.0 ,"Café 9 (1995)"\n1, 12 \n')
    assert read_ratings(path, rated) == ([6, 8, 11], [5.0, 2.0, 1.0])
    history = history_of(rated, ratings=path)
    np.testing.assert_array_equal(history.item, [6, 8, 11])
    np.testing.assert_array_equal(history.rating, [5, 2, 1])


def test_of_events_the_items_alone(trained, file):
    events = load(trained / "models" / "imdb-base")
    assert read_ratings(file("item\n3\nmovie 5\n"), events) == ([3, 5], None)
    assert len(history_of(events, ratings=file("item\n3\n"))) == 1
    with pytest.raises(AnswerError, match="the columns item, got item,rating"):
        read_ratings(file("item,rating\n3,1\n"), events)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the columns item,rating"),
        ("item,rating\n", "a row at least, got none"),
        ("item\n7\n", "got item: name these alone"),
        ("item,rating,when\n7,5,1\n", "got item,rating,when"),
        ("item,item,rating\n7,7,5\n", "got item"),
        ("item,rating\n7,5,3\n", "name these alone"),
        ("item,rating\n7,5\n8,5,3\n", "line 3"),
        ("item,rating\n7,5\n8,6\n", "row 3: expected a rating from 1 to 5, got '6'"),
        ("item,rating\n7,5\n8\n", "row 3: expected a rating from 1 to 5, got ''"),
        ("item,rating\n7,nan\n", "row 2: expected a rating"),
        ("item,rating\n7,\n", "row 2: expected a rating"),
        ("item,rating\n\n\n07,5\n", "row 4: expected the id or title of one movie, got '07'"),
        ("item,rating\nTwin (1990),5\n", "row 2: expected one movie"),
        ("item,rating\n7,5\n8,4\nCafé 7 (1995),4\n", "row 4: expected each item once"),
        (b"item,rating\n\xff\xfe,5\n", "in UTF-8"),
        ("item,rating\n" + "7,5\n" * 11, "up to 10 rows, got more"),
        ("item,rating\n" + "7,5" + " " * 1000, "got more: shorten it"),
    ],
)
def test_a_fault_names_its_row(content, message, rated, file, monkeypatch):
    monkeypatch.setattr(people, "MOST_ROWS", 10)
    monkeypatch.setattr(people, "MOST_BYTES", 500)
    with pytest.raises(AnswerError) as caught:
        read_ratings(file(content), rated)
    assert message in str(caught.value)
    assert "mine.csv" in str(caught.value)


def test_a_file_that_is_not_there(rated, tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(AnswerError, match="name a file that is there"):
            read_ratings(path, rated)


def test_the_command_reads_it(workplace, file):
    path = file("item,rating\n7,5\n9,1\n")
    listed = rows("recommend", "--ratings", str(path), *RATED, "-k", "1000")
    assert {"7", "9"}.isdisjoint(row["item"] for row in listed)
    assert len(listed) == 58


def test_a_model_is_never_asked_about_no_users_at_all(answers, monkeypatch):
    """A large filter would fail on an empty batch; a tiny one does not."""

    def none(users):
        raise AssertionError(users)

    monkeypatch.setattr(answers.predictor.trained, "score_and_rate_items", none)
    for history in (history_of(answers), history_of(answers, likes=[answers.items.ids[5]])):
        (best,) = answers.recommend([history], 3)
        assert len(best) == 3
