"""Figures of a data set, each of the training and validation part unless it says otherwise."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from graphrec.data.dataset import Dataset, Entities
from graphrec.data.interactions import HeldOut, Interactions
from graphrec.reporting.figures import TRAIN, VALID, draw_bars, draw_points, draw_tail, new_figure

MOST_VALUES = 25
"""Values of side information that are drawn one by one; of more there is a tail."""
SECONDS_A_DAY = 86_400


def entities_of(data: Dataset, side: str) -> tuple[Entities, str]:
    """The users or the items, and what one is called."""
    if side == "user":
        return data.users, data.about.user_name
    return data.items, data.about.item_name


def draw_degrees(data: Dataset, every: Interactions) -> Figure:
    """How many interactions users and items have, the greatest first."""
    figure, axes = new_figure(1, 2)
    plural = f"{data.about.interaction_name}s"
    for ax, side in zip(axes[0], ("user", "item"), strict=True):
        entities, name = entities_of(data, side)
        degree = np.bincount(getattr(every, side), minlength=len(entities))
        draw_tail(ax, degree, f"{name}s, most {plural} first", plural)
    return figure


def draw_split(data: Dataset, test: HeldOut) -> Figure:
    """How many training interactions the users and items of each held-out row have."""
    figure, axes = new_figure(1, 2)
    held_out = (("valid", data.valid.interactions, VALID), ("test", test.interactions, TRAIN))
    for ax, side in zip(axes[0], ("user", "item"), strict=True):
        entities, name = entities_of(data, side)
        degree = np.bincount(getattr(data.train, side), minlength=len(entities))
        edges = np.concatenate([[0, 1], 2.0 ** np.arange(1, np.log2(degree.max() + 1) + 1)])
        for part, interactions, colour in held_out:
            rows = degree[getattr(interactions, side)]
            share = np.histogram(rows, [*edges, np.inf])[0] / len(rows)
            label = f"{part} ({len(rows):,})"
            ax.stairs(share, [*range(len(edges) + 1)], color=colour, label=label)
        ticks = [f"{int(edge)}" for edge in edges]
        ax.set_xticks(np.arange(len(edges)) + 0.5, ticks, rotation=45)
        ax.set(
            xlabel=f"training {data.about.interaction_name}s of the {name} (from)",
            ylabel="share of held-out rows",
        )
        ax.legend(frameon=False)
    figure.suptitle("What the split leaves cold: 0 in training")
    return figure


def draw_ratings(data: Dataset, every: Interactions) -> Figure:
    """How often each rating is given, and the mean of each user's."""
    figure, axes = new_figure(1, 2)
    values, counts = np.unique(every.rating, return_counts=True)
    width = 0.8 * float(np.diff(values).min(initial=1.0))
    axes[0, 0].bar(values, counts, width=width, color=TRAIN)
    axes[0, 0].set(xlabel="rating", ylabel=f"{data.about.interaction_name}s")
    mean = pd.Series(every.rating).groupby(every.user).mean()
    axes[0, 1].hist(mean, bins=40, color=TRAIN)
    axes[0, 1].set(
        xlabel=f"mean rating of a {data.about.user_name}", ylabel=f"{data.about.user_name}s"
    )
    return figure


def draw_activity(data: Dataset, every: Interactions) -> Figure:
    """When interactions happen, and for how long a user stays."""
    figure, axes = new_figure(1, 2)
    about = data.about
    when = pd.to_datetime(pd.Series(every.timestamp), unit="s")
    weekly = when.dt.floor("7D").value_counts().sort_index()
    axes[0, 0].plot(weekly.index, weekly.to_numpy(), color=TRAIN)
    axes[0, 0].set(xlabel="week", ylabel=f"{about.interaction_name}s a week")
    axes[0, 0].tick_params(axis="x", rotation=45)
    times = pd.Series(every.timestamp).groupby(every.user)
    days = (times.max() - times.min()) / SECONDS_A_DAY
    axes[0, 1].hist(np.log10(days + 1 / 24), bins=40, color=TRAIN)
    axes[0, 1].set_xticks([-1.38, 0, 1, 2], ["1 h", "1 day", "10 days", "100 days"])
    noun = about.interaction_name
    axes[0, 1].set(
        xlabel=f"from a {about.user_name}'s first to last {noun}", ylabel=f"{about.user_name}s"
    )
    return figure


def draw_values(data: Dataset, every: Interactions, side: str, block_name: str) -> Figure:
    """The values of a categorical or multi-valued block: how many have each, and mean ratings."""
    entities, noun = entities_of(data, side)
    block = entities.features[block_name]
    present = (block.matrix > 0).astype(np.float64)
    count = np.asarray(present.sum(axis=0)).ravel()
    if len(count) > MOST_VALUES:
        several = block.kind == "multi_valued"
        figure, axes = new_figure(1, 2 if several else 1)
        draw_tail(axes[0, 0], count, f"values of {block_name}, most {noun}s first", f"{noun}s")
        if several:
            size = np.diff(present.indptr)
            axes[0, 1].hist(size, bins=np.arange(size.max(initial=0) + 2) - 0.5, color=TRAIN)
            axes[0, 1].set(xlabel=f"{block_name}: values of a {noun}", ylabel=f"{noun}s")
        return figure
    figure, axes = new_figure(1, 2 if data.explicit else 1, height=4.4)
    order = np.argsort(-count)
    draw_bars(axes[0, 0], [str(block.columns[value]) for value in order], count[order], f"{noun}s")
    if data.explicit:
        rows = present[getattr(every, side)]
        ratings = np.asarray(rows.sum(axis=0)).ravel()
        mean = np.asarray(rows.T @ every.rating).ravel() / np.maximum(ratings, 1)
        seen = order[ratings[order] > 0]
        best = seen[np.argsort(-mean[seen])]
        labels = [str(block.columns[value]) for value in best]
        draw_points(axes[0, 1], labels, mean[best], "mean rating", np.zeros(len(best)))
    return figure


def draw_numbers(data: Dataset, _: Interactions, side: str, block_name: str) -> Figure:
    """The numbers of a numeric block."""
    entities, noun = entities_of(data, side)
    figure, axes = new_figure(1, 1)
    axes[0, 0].hist(entities.features[block_name].matrix.data, bins=40, color=TRAIN)
    axes[0, 0].set(xlabel=block_name, ylabel=f"{noun}s")
    return figure
