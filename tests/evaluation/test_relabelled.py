"""Numbers of items are names: others give the same split and the same measures."""

from dataclasses import replace

import numpy as np
import pytest

from graphrec.baselines.baselines import fit_baselines
from graphrec.data.dataset import Entities, RawData
from graphrec.data.prepare import prepare
from graphrec.evaluation.results import evaluate_test, protocol_of
from tests.datasets import dataset, interactions
from tests.faults import PARAMS

NUM_USERS, NUM_ITEMS = 20, 15


def measured(reverse: bool, strategy: str) -> dict[str, dict[str, float]]:
    """Test measures of every ranking on a data set whose times are all the same."""
    rng = np.random.default_rng(3)
    share = rng.dirichlet(np.arange(1, NUM_ITEMS + 1))
    rows = [
        (user, item)
        for user in range(NUM_USERS)
        for item in rng.choice(NUM_ITEMS, 6, replace=False, p=share)
    ]
    user, item = np.array(rows).T
    item = NUM_ITEMS - 1 - item if reverse else item
    about = dataset(1, 1, interactions([0], [0]), explicit=False).about
    about = about.model_copy(
        update={
            "split": about.split.model_copy(update={"strategy": strategy, "valid_fraction": 0.3})
        }
    )
    users, items = (
        Entities(ids, ids) for ids in (np.arange(n).astype(str) for n in (NUM_USERS, NUM_ITEMS))
    )
    data, test = prepare(RawData(users, items, interactions(user, item)), about, seed=1)
    # The negatives are drawn by number: of them only the ranking measures know nothing.
    test = replace(test, negative=np.zeros_like(test.negative))
    protocol = replace(protocol_of(PARAMS, data), k=[5])
    return {
        name: evaluate_test(baseline, data, test, protocol).values
        for name, baseline in fit_baselines(data).items()
        if name != "constant"
    }


@pytest.mark.parametrize("strategy", ["leave_one_out", "temporal", "random_per_user"])
def test_items_in_reverse_have_the_same_measures(strategy):
    first, second = (measured(reverse, strategy) for reverse in (False, True))
    assert first.keys() == second.keys()
    for name, values in first.items():
        for measure in ("ndcg_at_5", "recall_at_5", "mrr_at_5", "map_at_5", "hit_at_5"):
            assert second[name][measure] == pytest.approx(values[measure], abs=1e-9), name
