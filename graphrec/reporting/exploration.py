"""What a data set looks like: its numbers, and which figures it has."""

import numpy as np
from matplotlib.figure import Figure

from graphrec.data.dataset import Dataset
from graphrec.data.interactions import HeldOut, Interactions
from graphrec.data.splits import describe_test
from graphrec.reporting.data_figures import (
    draw_activity,
    draw_degrees,
    draw_numbers,
    draw_ratings,
    draw_split,
    draw_values,
)


def describe(data: Dataset, test: HeldOut) -> dict[str, float]:
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
        "mean_rating": float(every.rating.mean()),
        "deviation_rating": float(every.rating.std()),
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


def draw_all(data: Dataset, test: HeldOut) -> dict[str, Figure]:
    """Figures by name; of ratings, times and side information where the data set has them."""
    every = Interactions.concatenate([data.train, data.valid.interactions])
    figures = {"degrees": draw_degrees(data, every), "split": draw_split(data, test)}
    if data.explicit:
        figures["ratings"] = draw_ratings(data, every)
    if every.timestamp.any():
        figures["activity"] = draw_activity(data, every)
    for side, entities in (("user", data.users), ("item", data.items)):
        for name, block in entities.features.items():
            if block.matrix.nnz == 0:
                continue
            draw = draw_numbers if block.kind == "numeric" else draw_values
            figures[f"{side}-{name}"] = draw(data, every, side, name)
    return figures
