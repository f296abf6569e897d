"""Numbers and figures of a data set."""

import numpy as np
import pytest

from graphrec.reporting.exploration import describe, draw_imdb, draw_movielens, draw_split, gini
from graphrec.reporting.figures import draw_comparison, draw_errors, save


def test_gini_by_hand():
    assert gini(np.array([2, 2, 2, 2])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(0.75)
    assert gini(np.array([1, 3])) == gini(np.array([3, 1])) == pytest.approx(0.25)


def test_numbers_of_a_data_set(data, test_part):
    numbers = describe(data, test_part)
    assert numbers["train_interactions"] == len(data.train)
    assert numbers["test_users"] == len(set(test_part.interactions.user.tolist()))
    assert all(np.isfinite(value) for value in numbers.values())


@pytest.mark.parametrize("draw", [draw_movielens, draw_imdb])
def test_every_axis_of_every_figure_says_what_it_shows(draw, movielens, imdb, tmp_path):
    prepared = movielens if draw is draw_movielens else imdb
    figures = {**draw(prepared.data), "split": draw_split(prepared.data, prepared.test)}
    for name, figure in figures.items():
        for axes in figure.axes:
            assert axes.get_xlabel(), name
            # Bars and points bear the names of what they show on the other axis.
            assert axes.get_ylabel() or axes.get_yticklabels(), name
        save(figure, tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    keys = ("train_mse", "valid_mse", "train_log_error", "valid_log_error")
    rows = [{"epoch": epoch, **dict.fromkeys(keys, 1 / epoch)} for epoch in (1, 2, 3)]
    for name in ("first", "second"):
        save(draw_errors(rows, 2, "a run"), tmp_path / name / "errors.png")
    first, second = ((tmp_path / name / "errors.png").read_bytes() for name in ("first", "second"))
    assert first == second


def test_names_without_a_measure_are_left_out_of_its_panel():
    values = {"one": {"mse": 1.0}, "two": {"mse": 2.0, "auc": 0.5}}
    figure = draw_comparison(values, {"one": {}, "two": {"mse": 0.1}}, ["mse", "auc"])
    labels = [[tick.get_text() for tick in axes.get_yticklabels()] for axes in figure.axes[:2]]
    assert labels == [["one", "two"], ["two"]]
