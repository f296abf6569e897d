"""Figures: the same bytes for the same figure, and nothing drawn of what is not there."""

import numpy as np
import pandas as pd
import pytest

from graphrec.reporting.figures import (
    draw_bars,
    draw_comparison,
    draw_errors,
    draw_tail,
    new_figure,
    save,
)

KEYS = ("train_mse", "valid_mse", "train_log_error", "valid_log_error")


def curves(epochs: int) -> pd.DataFrame:
    return pd.DataFrame(
        [{"epoch": epoch, **dict.fromkeys(KEYS, 1 / epoch)} for epoch in range(1, epochs + 1)]
    )


@pytest.mark.parametrize("epochs", [1, 3])
def test_both_errors_are_drawn_of_both_parts(epochs):
    figure = draw_errors(curves(epochs), 1, "a run")
    assert [axes.get_ylabel() for axes in figure.axes] == [
        "mean squared error",
        "log error (nats a pair)",
    ]
    for axes in figure.axes:
        assert axes.get_xlabel() == "epoch"
        assert len(axes.lines[0].get_xdata()) == epochs
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["train", "valid", "best epoch (1)"]


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        save(draw_errors(curves(3), 2, "a run"), tmp_path / name / "errors.png")
    first, second = ((tmp_path / name / "errors.png").read_bytes() for name in ("first", "second"))
    assert first == second
    assert first.startswith(b"\x89PNG")


def test_names_without_a_measure_are_left_out_of_its_panel():
    values = {"one": {"mse": 1.0}, "two": {"mse": 2.0, "auc": 0.5}}
    figure = draw_comparison(values, {"one": {}, "two": {"mse": 0.1}}, ["mse", "auc"])
    labels = [[tick.get_text() for tick in axes.get_yticklabels()] for axes in figure.axes[:2]]
    assert labels == [["one", "two"], ["two"]]
    assert [axes.axison for axes in figure.axes] == [True, True, False]


def test_measures_bear_names_that_say_what_they_are():
    values = {"one": {"auc": 0.5, "ndcg_at_5": 0.1}}
    figure = draw_comparison(values, {"one": {}}, ["auc", "ndcg_at_5"])
    labels = [axes.get_xlabel() for axes in figure.axes[:2]]
    assert labels == ["ROC AUC, matched negatives", "ndcg@5"]


def test_bars_stand_in_the_given_order_from_the_top():
    _, axes = new_figure(1, 1)
    draw_bars(axes[0, 0], ["a", "b"], [3, 1], "users")
    assert [bar.get_width() for bar in axes[0, 0].patches] == [3, 1]
    low, high = axes[0, 0].get_ylim()
    assert low > high


def test_a_tail_falls_and_nothing_counts_as_half():
    _, axes = new_figure(1, 1)
    draw_tail(axes[0, 0], np.array([0, 5, 2]), "users", "ratings")
    assert axes[0, 0].lines[0].get_ydata().tolist() == [5, 2, 0.5]


def test_names_are_drawn_as_they_are_and_control_characters_as_escapes(tmp_path):
    """`$` is no formula, which might be a wrong one, and no glyph is missing."""
    names = ["$\\no_formula{$", "<b>bold</b>", "two\nlines\x1b[31m"]
    figure, axes = new_figure(1, 1)
    draw_bars(axes[0, 0], names, [3, 2, 1], "$\\frac{$ s\x07")
    save(figure, tmp_path / "bars.png")
    shown = [tick.get_text() for tick in axes[0, 0].get_yticklabels()]
    assert shown == [*names[:2], r"two\nlines\x1b[31m"]
    assert axes[0, 0].get_xlabel() == r"$\frac{$ s\x07"
