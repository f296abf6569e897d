"""From scores to probabilities."""

import torch
from torch import Tensor
from torch.nn import functional as F


def fit_platt(score: Tensor, label: Tensor) -> Tensor:
    """(scale, level), such that sigmoid(scale * score + level) is the chance of label 1.

    Platt 1999, "Probabilistic outputs for support vector machines": a logistic regression on one
    variable, its labels drawn in from 0 and 1 so that it exists for scores that separate them.
    `score` and `label` are (n,), the labels 0 or 1.
    """
    device = score.device
    score, positive = score.double().cpu(), label.cpu() > 0
    number = positive.sum()
    high, low = (number + 1) / (number + 2), 1 / (len(label) - number + 2)
    target = torch.where(positive, high, low).double()
    # Standardised, the problem is well conditioned for scores of any size.
    middle, spread = score.mean(), score.std().clamp(min=1e-9)
    scaled = (score - middle) / spread
    found = torch.zeros(2, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([found], line_search_fn="strong_wolfe", max_iter=100)

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits(found[0] * scaled + found[1], target)
        value.backward()
        return value

    with torch.enable_grad():
        optimizer.step(loss)
    scale, level = found.detach()
    return torch.stack([scale / spread, level - scale * middle / spread]).float().to(device)
