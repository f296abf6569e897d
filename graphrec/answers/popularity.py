"""What to answer somebody of whom nothing is known."""

import numpy as np
import torch

from graphrec.data.dataset import Dataset
from graphrec.filters.biases import ITEM_DAMPING, damped_means


class Popularity:
    """Items by their training interactions, the same for everybody."""

    def __init__(self, data: Dataset) -> None:
        train = data.train
        count = np.bincount(train.item, minlength=data.num_items).astype(np.float32)
        target = count / data.num_users
        if data.explicit:
            mean = train.rating.mean(dtype=np.float64)
            rest = (train.rating - mean).astype(np.float32)
            target = mean + damped_means(train.item, rest, data.num_items, ITEM_DAMPING)
        self.score = torch.from_numpy(count)
        """(items,) numbers of training interactions."""
        self.target = torch.from_numpy(target.astype(np.float32))
        """(items,) damped mean rating; of events the share of users who have one."""
