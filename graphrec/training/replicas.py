"""What all processes of a group have of a model, and keep the same."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from graphrec.graph.group import Group
from graphrec.models import Recommender
from graphrec.models.shares import NODE_DIMENSION


class Replicas:
    """The weights that every process of a `group` has: all but the rows of its `num_users` users.

    Each process has a part of their gradients, from its own users and interactions.
    """

    def __init__(self, model: Recommender, num_users: int, group: Group) -> None:
        self.model, self.num_users, self.group = model, num_users, group

    def sum_gradients(self) -> None:
        """Make the gradients whole, in one exchange, between backward and step."""
        self._exchange(lambda weight: weight.grad, self.group.sum_)

    def align(self) -> None:
        """Have the first process's weights everywhere: steps may round in other ways elsewhere."""
        self._exchange(lambda weight: weight.data, self.group.broadcast_)

    def _exchange(
        self, tensor: Callable[[Tensor], Tensor | None], exchange: Callable[[Tensor], Tensor]
    ) -> None:
        if self.group.size == 1:
            return
        tensors = [*self._of_all(tensor)]
        flat = exchange(torch.cat([part.flatten() for part in tensors]))
        for part, new in zip(tensors, flat.split([part.numel() for part in tensors]), strict=True):
            part.copy_(new.view_as(part))

    def _of_all(self, tensor: Callable[[Tensor], Tensor | None]) -> Iterator[Tensor]:
        """That of each weight, less the users' rows; none of a weight without."""
        for name, weight in self.model.named_parameters():
            if (part := tensor(weight)) is None:
                continue
            dimension = NODE_DIMENSION.get(name)
            if dimension is not None:
                part = part.narrow(
                    dimension, self.num_users, part.shape[dimension] - self.num_users
                )
            yield part
