"""The two published data sets as torch datasets, each with its two loaders."""

import torch

from graphrec.data.dataset import Dataset
from graphrec.data.loaders import EventDataset, InteractionDataset, RatingDataset


class MovieLensDataset(RatingDataset):
    """MovieLens 100K: ratings from 1 to 5. `loader(batch_size)` gives full passes,
    `loader(batch_size, soft_ratio)` soft sampling."""


class IMDBDataset(EventDataset):
    """IMDB's credits, label 1, each beside a sampled non-credit of the same actor, label 0. Loaders
    as above."""


DATASETS: dict[str, type[InteractionDataset]] = {"movielens": MovieLensDataset, "imdb": IMDBDataset}
"""By reader; other readers' data sets are a RatingDataset or an EventDataset as they are."""


def torch_dataset(
    data: Dataset, generator: torch.Generator, num_negatives: int = 0
) -> InteractionDataset:
    """The training interactions as a torch dataset; `num_negatives` is what a batch shares."""
    default = RatingDataset if data.explicit else EventDataset
    return DATASETS.get(data.about.reader, default)(data, generator, num_negatives)
