"""How alike the residuals of two entities are expected to be before any rating is seen."""

import numpy as np

from graphrec.config.filters import PriorParams
from graphrec.data.dataset import Entities
from graphrec.data.features import stack, unit_rows
from graphrec.data.interactions import FloatArray


def prior_covariance(entities: Entities, options: PriorParams) -> FloatArray:
    """(entities, entities): own identity + shared + what side information makes alike."""
    prior = options.own * np.eye(len(entities), dtype=np.float32) + np.float32(options.shared)
    values = stack(entities.blocks("categorical", "multi_valued").values())
    if values is not None:
        unit = unit_rows(values)
        prior += options.values * (unit @ unit.T).toarray().astype(np.float32)
    for block in entities.blocks("numeric").values():
        rows, number = np.flatnonzero(np.diff(block.matrix.indptr)), block.matrix.data
        width = options.numeric_width * max(float(number.std()), 1e-6)
        scaled = (number / width).astype(np.float32)
        near = np.exp(-0.5 * (scaled[:, None] - scaled) ** 2)
        prior[np.ix_(rows, rows)] += np.float32(options.numeric) * near
    result: FloatArray = prior.astype(np.float32)
    return result
