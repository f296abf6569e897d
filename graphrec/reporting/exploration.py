"""What a data set looks like: numbers and figures, of the training and validation part."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from graphrec.data.interactions import HeldOut, Interactions, TrainingData
from graphrec.data.splits import describe_test
from graphrec.reporting.figures import TRAIN, VALID, draw_bars, draw_points, draw_tail, new_figure


def describe(data: TrainingData, test: HeldOut) -> dict[str, float]:
    """Sizes, sparsity and degrees; of the test part its size and what the split leaves cold."""
    every = Interactions.concatenate([data.train, data.valid.interactions])
    user = np.bincount(every.user, minlength=data.num_users)
    item = np.bincount(every.item, minlength=data.num_items)
    return {
        "users": data.num_users,
        "items": data.num_items,
        "train_interactions": len(data.train),
        "valid_interactions": len(data.valid),
        "test_interactions": len(test),
        "density": len(every) / (data.num_users * data.num_items),
        "mean_target": float(every.rating.mean()),
        "deviation_target": float(every.rating.std()),
        "median_user_degree": float(np.median(user)),
        "median_item_degree": float(np.median(item)),
        "greatest_user_degree": int(user.max()),
        "greatest_item_degree": int(item.max()),
        "users_without_interactions": int((user == 0).sum()),
        "items_without_interactions": int((item == 0).sum()),
        "gini_users": gini(user),
        "gini_items": gini(item),
        **describe_test(data, test),
    }


def gini(counts: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> float:
    """Inequality of counts: 0 if all are equal, towards 1 if one has everything."""
    ordered = np.sort(counts).astype(np.float64)
    place = np.arange(1, len(ordered) + 1)
    return float(2 * (place @ ordered) / (len(ordered) * ordered.sum()) - (1 + 1 / len(ordered)))


def draw_movielens(data: TrainingData) -> dict[str, Figure]:
    """Figures by name: ratings, tails, activity over time, genres, what is cold."""
    every = Interactions.concatenate([data.train, data.valid.interactions])
    return {
        "ratings": _ratings(every),
        "tails": _tails(data, every, ("user", "movie"), "ratings"),
        "time": _activity(every),
        "genres": _genres(data, every),
    }


def draw_imdb(data: TrainingData) -> dict[str, Figure]:
    """Figures by name: tails, keywords and directors, what is cold."""
    every = Interactions.concatenate([data.train, data.valid.interactions])
    return {
        "tails": _tails(data, every, ("actor", "movie"), "credits"),
        "side": _keywords_and_directors(data),
    }


def draw_split(data: TrainingData, test: HeldOut) -> Figure:
    """How many training interactions the users and items of each held-out row have."""
    figure, axes = new_figure(1, 2)
    parts = (("valid", data.valid.interactions, VALID), ("test", test.interactions, TRAIN))
    for ax, side, num in zip(
        axes[0], ("user", "item"), (data.num_users, data.num_items), strict=True
    ):
        degree = np.bincount(getattr(data.train, side), minlength=num)
        edges = np.concatenate([[0, 1], 2.0 ** np.arange(1, np.log2(degree.max() + 1) + 1)])
        for name, part, colour in parts:
            held = degree[getattr(part, side)]
            share = np.histogram(held, [*edges, np.inf])[0] / len(held)
            ax.stairs(
                share, [*range(len(edges) + 1)], color=colour, label=f"{name} ({len(held):,})"
            )
        ticks = [f"{int(edge)}" for edge in edges]
        ax.set_xticks(np.arange(len(edges)) + 0.5, ticks, rotation=45)
        ax.set(
            xlabel=f"training interactions of the {side} (from)", ylabel="share of held-out rows"
        )
        ax.legend(frameon=False)
    figure.suptitle("What the split leaves cold: 0 training interactions")
    return figure


def _ratings(every: Interactions) -> Figure:
    figure, axes = new_figure(1, 2)
    values, counts = np.unique(every.rating, return_counts=True)
    axes[0, 0].bar(values, counts, color=TRAIN)
    axes[0, 0].set(xlabel="rating (stars)", ylabel="ratings")
    mean = pd.Series(every.rating).groupby(every.user).mean()
    axes[0, 1].hist(mean, bins=40, color=TRAIN)
    axes[0, 1].set(xlabel="mean rating of a user (stars)", ylabel="users")
    return figure


def _tails(data: TrainingData, every: Interactions, nouns: tuple[str, str], what: str) -> Figure:
    figure, axes = new_figure(1, 2)
    sides = ((every.user, data.num_users), (every.item, data.num_items))
    for ax, (column, number), noun in zip(axes[0], sides, nouns, strict=True):
        draw_tail(ax, np.bincount(column, minlength=number), f"{noun}s, most {what} first", what)
    return figure


def _activity(every: Interactions) -> Figure:
    figure, axes = new_figure(1, 2)
    when = pd.to_datetime(pd.Series(every.timestamp), unit="s")
    weekly = when.dt.floor("7D").value_counts().sort_index()
    axes[0, 0].plot(weekly.index, weekly.to_numpy(), color=TRAIN)
    axes[0, 0].set(xlabel="week", ylabel="ratings a week")
    axes[0, 0].tick_params(axis="x", rotation=45)
    times = pd.Series(every.timestamp).groupby(every.user)
    days = (times.max() - times.min()) / 86_400
    axes[0, 1].hist(np.log10(days + 1 / 24), bins=40, color=TRAIN)
    axes[0, 1].set_xticks([-1.38, 0, 1, 2], ["1 h", "1 day", "10 days", "100 days"])
    axes[0, 1].set(xlabel="from a user's first to last rating", ylabel="users")
    return figure


def _genres(data: TrainingData, every: Interactions) -> Figure:
    figure, axes = new_figure(1, 2, height=4.4)
    flags = data.item_features["genre"].toarray()
    movies, ratings = flags.sum(axis=0), flags[every.item].sum(axis=0)
    mean = (flags[every.item] * every.rating[:, None]).sum(axis=0) / np.maximum(ratings, 1)
    order = np.argsort(-movies)
    names = [
        GENRES[number] if len(GENRES) == len(movies) else f"genre {number}" for number in order
    ]
    draw_bars(axes[0, 0], names, movies[order], "movies")
    seen = order[ratings[order] > 0]
    mine = seen[np.argsort(-mean[seen])]
    labels = [names[list(order).index(number)] for number in mine]
    draw_points(axes[0, 1], labels, mean[mine], "mean rating (stars)", np.zeros(len(mine)))
    return figure


GENRES = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
]
"""In the order of u.genre."""


def _keywords_and_directors(data: TrainingData) -> Figure:
    figure, axes = new_figure(1, 3, width=3.6)
    keywords, directors = data.item_features["keywords"], data.item_features["director"]
    per_movie = np.diff(keywords.indptr)
    axes[0, 0].hist(per_movie, bins=np.arange(per_movie.max() + 2) - 0.5, color=TRAIN)
    axes[0, 0].set(xlabel="keywords of a movie", ylabel="movies")
    draw_tail(axes[0, 1], keywords.sum(axis=0), "keywords, most movies first", "movies")
    draw_tail(axes[0, 2], directors.sum(axis=0), "directors, most movies first", "movies")
    return figure
