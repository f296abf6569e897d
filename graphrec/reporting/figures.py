"""Figures, drawn without a display; every axis says what it shows and in which unit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from graphrec.config.files import whole
from graphrec.config.text import printable

STYLE: Any = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}
DPI = 130
LABELS = {
    "test_loss": "test loss (the run's own risk)",
    "mse": "mean squared error",
    "log_error": "log error (nats a pair)",
    "rmse": "RMSE (rating units)",
    "mae": "MAE (rating units)",
    "auc": "ROC AUC, matched negatives",
}
"""Of the measures whose name does not say it all."""

TRAIN, VALID, TEST = "#1b6ca8", "#d1603d", "#3c7a3c"


def new_figure(
    rows: int, columns: int, width: float = 4.2, height: float = 3.2
) -> tuple[Figure, np.ndarray]:
    """A figure of `rows` x `columns` axes, each `width` x `height` inches."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(columns * width, rows * height), layout="constrained")
        return figure, figure.subplots(rows, columns, squeeze=False)


def save(figure: Figure, path: Path) -> None:
    """Write a PNG; the same figure gives the same bytes."""
    for ax in figure.axes:
        for label in (ax.xaxis.label, ax.yaxis.label):
            label.set(text=printable(label.get_text()), parse_math=False)
    with whole(path) as part:
        figure.savefig(part, dpi=DPI, metadata={"Software": None})


def draw_errors(curves: pd.DataFrame, best_epoch: int, title: str) -> Figure:
    """Both training errors over epochs: MSE on the left, Log Error on the right."""
    figure, axes = new_figure(1, 2, height=3.5)
    for ax, name, label in zip(
        axes[0],
        ("mse", "log_error"),
        ("mean squared error", "log error (nats a pair)"),
        strict=True,
    ):
        for part, colour in (("train", TRAIN), ("valid", VALID)):
            marker = "." if len(curves) < 3 else ""
            ax.plot(
                curves["epoch"], curves[f"{part}_{name}"], color=colour, label=part, marker=marker
            )
        ax.axvline(best_epoch, color="grey", linestyle=":", label=f"best epoch ({best_epoch})")
        ax.set(xlabel="epoch", ylabel=label)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
    figure.suptitle(title)
    return figure


def set_names(ax: Axes, names: Sequence[str]) -> None:
    """At the places 0, 1, … of the y axis; as they are, dollars included."""
    ax.set_yticks(np.arange(len(names)), [*map(printable, names)], parse_math=False)


def draw_bars(ax: Axes, labels: Sequence[str], values: ArrayLike, label: str) -> None:
    """Horizontal bars, the first on top."""
    places = np.arange(len(labels))
    ax.barh(places, values, color=TRAIN)
    set_names(ax, labels)
    ax.invert_yaxis()
    ax.set_xlabel(label)
    ax.grid(axis="y", visible=False)


def draw_points(
    ax: Axes, labels: Sequence[str], values: ArrayLike, label: str, error: ArrayLike
) -> None:
    """Points with whiskers of `error`, the first on top; the axis need not start at zero."""
    places = np.arange(len(labels))
    ax.errorbar(values, places, xerr=error, fmt="o", color=TRAIN, markersize=5, capsize=3)
    set_names(ax, labels)
    ax.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    ax.set_xlabel(label)


def draw_tail(ax: Axes, counts: ArrayLike, xlabel: str, ylabel: str) -> None:
    """Counts sorted from the greatest, on logarithmic axes: the long tail."""
    ordered = np.sort(np.asarray(counts))[::-1]
    ax.loglog(np.arange(1, len(ordered) + 1), np.maximum(ordered, 0.5), color=TRAIN)
    ax.set(xlabel=xlabel, ylabel=ylabel)


def draw_comparison(
    values: dict[str, dict[str, float]],
    standard_errors: dict[str, dict[str, float]],
    columns: Sequence[str],
) -> Figure:
    """One panel a measure, one point a name; names without the measure are left out."""
    figure, axes = new_figure(-(-len(columns) // 3), 3, width=4.6, height=0.3 * len(values) + 1)
    for ax, column in zip(axes.flat, columns, strict=False):
        names = [name for name in values if column in values[name]]
        error = [standard_errors[name].get(column, 0.0) for name in names]
        label = LABELS.get(column, column.replace("_", " ").replace(" at ", "@"))
        draw_points(ax, names, [values[name][column] for name in names], label, error)
    for ax in axes.flat[len(columns) :]:
        ax.set_axis_off()
    return figure
