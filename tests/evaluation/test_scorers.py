"""What a model can be judged by is a matter of its methods, not of its parents."""

import torch

from graphrec.evaluation.scorers import CalibratesScores, PredictsLabels, RanksItems
from tests.evaluation.tables import Both, Calibrated, Ranker, Regressor

TABLE = torch.zeros(2, 3)


def test_models_are_told_apart_by_their_methods():
    assert isinstance(Ranker(TABLE), RanksItems)
    assert not isinstance(Ranker(TABLE), PredictsLabels)
    assert isinstance(Regressor(TABLE), PredictsLabels)
    assert not isinstance(Regressor(TABLE), RanksItems)
    assert isinstance(Both(TABLE), RanksItems)
    assert isinstance(Both(TABLE), PredictsLabels)
    assert isinstance(Calibrated(TABLE), RanksItems)
    assert isinstance(Calibrated(TABLE), CalibratesScores)
    assert not isinstance(Both(TABLE), CalibratesScores)
