"""The two errors and the risks made of them."""

from torch import Tensor
from torch.nn import functional as F

RISKS = ("total", "mse")
"""`total` = MSE + weight * Log Error; `mse` = MSE alone."""


def mean(values: Tensor) -> Tensor:
    """The mean of n values; 0 of none."""
    return values.sum() / max(len(values), 1)


def mse_loss(predicted: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of n predictions; 0 of none, as the two below."""
    return F.mse_loss(predicted, target, reduction="sum") / max(len(target), 1)


def bpr_loss(positive: Tensor, negative: Tensor) -> Tensor:
    """The log error: mean of -log sigmoid(s_pos - s_neg) over pairs.

    Rendle et al. 2009 (arXiv 1205.2618). Both are (n,).
    """
    return -mean(F.logsigmoid(positive - negative))


def sampled_softmax_loss(positive: Tensor, negatives: Tensor) -> Tensor:
    """The log error against many items at once: mean of -log softmax of the positive.

    `positive` is (n,), `negatives` (n,) the log of the summed exponentials of the other items'
    scores. With a single negative per positive this is `bpr_loss`.
    """
    return mean(F.softplus(negatives - positive))


def combine_risk(risk: str, mse: Tensor, log_error: Tensor, log_error_weight: float) -> Tensor:
    """The risk that a run minimises, out of its two errors."""
    if risk not in RISKS:
        raise ValueError(f"expected a risk out of {', '.join(RISKS)}, got {risk!r}")
    return mse if risk == "mse" else mse + log_error_weight * log_error
