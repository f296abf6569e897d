"""Numbers and figures of a data set: of what it has, and of nothing else."""

import json
from dataclasses import replace

import numpy as np
import pytest

from graphrec.data.dataset import FeatureBlock
from graphrec.data.features import categorical, numeric
from graphrec.data.interactions import HeldOut
from graphrec.reporting.exploration import describe, draw_all, gini
from graphrec.reporting.figures import save
from tests.datasets import dataset, entities, interactions

EXPECTED = {
    "movielens": {
        "degrees", "split", "ratings", "activity",
        "user-age", "user-gender", "user-occupation", "item-genre", "item-year",
    },
    "imdb": {"degrees", "split", "item-keywords", "item-director", "item-genre"},
}  # fmt: skip


def small(explicit: bool, **features):
    """Three users and three items, of which one has no interaction each; and its test part."""
    data = dataset(3, 3, interactions([0, 0, 1], [0, 1, 1], [5, 1, 4]), explicit)
    held = HeldOut(interactions([0], [1], [3]), np.array([2]))
    return replace(data, valid=held, items=entities("i", 3, **features)), held


def expect_labels(figures, folder) -> None:
    for name, figure in figures.items():
        for axes in figure.axes:
            assert axes.get_xlabel(), name
            # Bars and points bear the names of what they show on the other axis.
            assert axes.get_ylabel() or axes.get_yticklabels(), name
        save(figure, folder / f"{name}.png")
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_gini_by_hand():
    assert gini(np.array([2, 2, 2, 2])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(0.75)
    assert gini(np.array([1, 3])) == gini(np.array([3, 1])) == pytest.approx(0.25)


def test_numbers_of_a_data_set(data, test_part):
    numbers = describe(data, test_part)
    assert numbers["train_interactions"] == len(data.train)
    assert numbers["valid_interactions"] == len(data.valid)
    assert numbers["test_users"] == len(set(test_part.interactions.user.tolist()))
    assert all(np.isfinite(value) for value in numbers.values())
    json.dumps(numbers)


def test_numbers_by_hand():
    numbers = describe(*small(True))
    expected = {
        "users": 3,
        "items": 3,
        "density": 4 / 9,
        "mean_rating": 13 / 4,
        "greatest_user_degree": 3,
        "median_item_degree": 1,
        "users_without_interactions": 1,
        "items_without_interactions": 1,
        "cold_users_in_test": 0,
    }
    assert {name: numbers[name] for name in expected} == pytest.approx(expected)


def test_every_axis_of_every_figure_says_what_it_shows(name, data, test_part, tmp_path):
    figures = draw_all(data, test_part)
    assert set(figures) == EXPECTED[name]
    expect_labels(figures, tmp_path)


@pytest.mark.parametrize("explicit", [True, False])
def test_without_times_and_side_information_there_are_fewer_figures(explicit, tmp_path):
    figures = draw_all(*small(explicit))
    assert set(figures) == {"degrees", "split"} | ({"ratings"} if explicit else set())
    expect_labels(figures, tmp_path)


@pytest.mark.parametrize("explicit", [True, False])
def test_side_information_is_drawn_of_those_who_have_it(explicit, tmp_path):
    nothing = categorical(np.array(["", "", ""]))
    features = {
        "colour": categorical(np.array(["red", "", "blue"])),
        "price": numeric("price", np.array([1.5, np.nan, 0.0], np.float32)),
        "empty": nothing,
        "tags": FeatureBlock("multi_valued", nothing.matrix, nothing.columns),
        "unpriced": numeric("unpriced", np.full(3, np.nan, np.float32)),
    }
    figures = draw_all(*small(explicit, **features))
    drawn = {name for name in figures if name.startswith("item-")}
    assert drawn == {"item-colour", "item-price"}
    expect_labels(figures, tmp_path)


def test_values_that_nobody_has_rated_have_no_mean(tmp_path):
    """The third item is in no interaction."""
    data, held = small(True, colour=categorical(np.array(["", "", "red"])))
    figures = draw_all(data, held)
    count, rated = figures["item-colour"].axes
    assert [bar.get_width() for bar in count.patches] == [1]
    assert len(rated.lines[0].get_xdata()) == 0
    save(figures["item-colour"], tmp_path / "colour.png")


def test_words_are_those_of_the_data_set(imdb):
    figures = draw_all(*imdb)
    assert figures["degrees"].axes[0].get_xlabel() == "actors, most credits first"
    assert figures["split"].axes[1].get_xlabel() == "training credits of the movie (from)"
    assert figures["item-keywords"].axes[1].get_xlabel() == "keywords: values of a movie"
    (tail,) = figures["item-director"].axes  # one value each: there is nothing to count
    assert tail.get_xlabel() == "values of director, most movies first"


def test_few_values_are_drawn_one_by_one_with_what_they_are_rated(movielens):
    data = movielens.data
    count, rated = draw_all(*movielens)["item-genre"].axes
    block = data.items.features["genre"]
    labels = [tick.get_text() for tick in count.get_yticklabels()]
    assert sorted(labels) == sorted(block.columns.tolist())
    widths = [bar.get_width() for bar in count.patches]
    assert widths == sorted(np.asarray(block.matrix.sum(axis=0)).ravel().tolist(), reverse=True)
    means = rated.lines[0].get_xdata()
    every = np.concatenate([data.train.rating, data.valid.interactions.rating])
    item = np.concatenate([data.train.item, data.valid.interactions.item])
    best = rated.get_yticklabels()[0].get_text()
    has = block.matrix.toarray()[item, block.columns.tolist().index(best)] > 0
    assert means[0] == pytest.approx(every[has].mean(), rel=1e-5)
    assert (np.diff(means) <= 0).all()


def test_the_split_figure_counts_every_held_out_row(prepared):
    for axes in draw_all(*prepared)["split"].axes:
        for stairs in axes.patches:
            assert stairs.get_data().values.sum() == pytest.approx(1)
