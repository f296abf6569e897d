"""A trained model, its nodes embedded once, as something to evaluate and to ask."""

import copy

from torch import Tensor

from graphrec.graph.bipartite import BipartiteGraph
from graphrec.graph.sparse import SparseBuffer
from graphrec.models import Recommender


class TrainedModel:
    """Ranks items and predicts labels, as `graphrec.evaluation` asks for it.

    Scores are made in double precision and rounded to single. How a sum is rounded depends on how
    many users are scored at once, and on how many threads do it; of that nothing is left after the
    second rounding. So a user's list is the same whoever asks for whom else, and items that are
    equal to the model are ties, which their numbers break.
    """

    def __init__(self, model: Recommender, graph: BipartiteGraph) -> None:
        model.eval()
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        self.model = model
        self.nodes = model(graph)
        self.in_double = in_double(model)
        columns = ((x.double() if isinstance(x, Tensor) else x) for x in self.nodes)
        self.nodes_in_double = self.nodes._make(columns)

    def score_items(self, user: Tensor) -> Tensor:
        """Users (n,) → scores of every item (n, items)."""
        return self.in_double.score_items(self.nodes_in_double, user).float()

    def chance(self, score: Tensor) -> Tensor:
        """Scores → the chances of events, of the same shape."""
        return self.in_double.target(score.double()).float()

    def predict(self, user: Tensor, item: Tensor) -> Tensor:
        """Users (n,) and items (n,) → a predicted rating for each pair (n,)."""
        return self.model.rate(self.nodes, user, item)

    def score_and_rate_items(self, user: Tensor) -> tuple[Tensor, Tensor]:
        """Users (n,) → scores and targets of every item (n, items) each."""
        score, target = self.in_double.score_and_rate_items(self.nodes_in_double, user)
        return score.float(), target.float()

    def item_vectors(self) -> Tensor:
        """(items, columns), in double precision: items that are alike point the same way."""
        return self.in_double.item_vectors(self.nodes_in_double)


def in_double(model: Recommender) -> Recommender:
    """A copy in double precision, but of sparse matrices: they may be large, and are shared."""
    sparse = [module for module in model.modules() if isinstance(module, SparseBuffer)]
    shared = {id(buffer): buffer for matrix in sparse for buffer in matrix.buffers()}
    # torch cannot copy matrices in CSR.
    shared |= {id(buffer): buffer for buffer in model.buffers() if buffer.is_sparse_csr}
    # deepcopy writes all that it copies to what it is handed.
    copied = copy.deepcopy(model, dict(shared))
    for tensor in (*copied.parameters(), *copied.buffers()):
        if tensor.is_floating_point() and id(tensor) not in shared:
            tensor.data = tensor.double()
    return copied
