"""Random ranking tasks, and the measures on them written as plainly as can be."""

from dataclasses import dataclass

import numpy as np
import torch

from graphrec.data.interactions import Interactions
from graphrec.evaluation.ranking import Seen


def interactions(pairs) -> Interactions:
    user, item = np.array(pairs, np.int64).reshape(-1, 2).T
    return Interactions(user, item, np.ones(len(user), np.float32), np.zeros(len(user), np.int64))


@dataclass(frozen=True)
class Task:
    """Scores (users, items), and which items of each user are relevant or have been seen."""

    scores: np.ndarray
    relevant: np.ndarray
    seen: np.ndarray

    def scorer(self, user: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.scores)[user].clone()

    def arguments(self):
        """What `relevant_ranks` takes; the relevant pairs in a random order."""
        pairs = np.random.default_rng(0).permutation(np.argwhere(self.relevant))
        seen = Seen([interactions(np.argwhere(self.seen))], len(self.scores))
        return self.scorer, interactions(pairs), seen

    def users(self) -> np.ndarray:
        return np.flatnonzero(self.relevant.any(axis=1))

    def ranking(self, user: int) -> list[int]:
        """Unseen items, best first; among equal scores the relevant ones last."""
        unseen = np.flatnonzero(~self.seen[user])
        order = sorted(
            unseen, key=lambda item: (-self.scores[user, item], self.relevant[user, item])
        )
        return [int(item) for item in order]

    def marks(self, user: int) -> np.ndarray:
        """1 where the ranking of `user` has a relevant item."""
        return self.relevant[user, self.ranking(user)].astype(float)


def random_task(seed: int, ties: bool = True) -> Task:
    rng = np.random.default_rng(seed)
    users, items = rng.integers(1, 12), rng.integers(8, 40)
    # Few distinct scores make many ties.
    scores = rng.integers(0, 6, (users, items)) if ties else rng.normal(size=(users, items))
    kind = rng.choice(3, (users, items), p=[0.7, 0.2, 0.1])
    relevant = kind == 1
    relevant[0, 0], kind[0, 0] = True, 1
    return Task(scores.astype(np.float32), relevant, kind == 2)


def brute_force(name: str, marks: np.ndarray, k: int) -> float:
    """One user's measure, from the marks of the whole ranking."""
    top, relevant = marks[:k], int(marks.sum())
    places = np.flatnonzero(top) + 1
    if name == "recall":
        return top.sum() / relevant
    if name == "precision":
        return top.sum() / k
    if name == "hit":
        return float(top.any())
    if name == "mrr":
        return 1 / places[0] if len(places) else 0.0
    if name == "map":
        return sum(top[:place].sum() / place for place in places) / min(k, relevant)
    if name == "ndcg":
        ideal = sum(1 / np.log2(place + 1) for place in range(1, min(k, relevant) + 1))
        return sum(1 / np.log2(place + 1) for place in places) / ideal
    raise KeyError(name)
