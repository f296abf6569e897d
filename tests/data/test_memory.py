"""Preparing a large table holds few bytes a row, whatever is made of it on the way."""

import tracemalloc

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.large_table import ABOUT
from graphrec.config.paths import Paths
from stages.preprocess import preprocess

ROWS, USERS, ITEMS = 300_000, 2_000, 5_000
MOST_ARRAYS, MOST_COLUMNS = 52, 28
"""Bytes a row at the worst moment, in NumPy's arrays and in Arrow's columns: a row of interactions
takes 20, one of a column of the file 8."""


@pytest.fixture
def paths(tmp_path) -> Paths:
    paths, rng = Paths(tmp_path), np.random.default_rng(3)
    columns = {
        name: rng.integers(size, size=ROWS) for name, size in (("user", USERS), ("item", ITEMS))
    }
    paths.raw("large").mkdir(parents=True)
    table = pa.table(columns | {"timestamp": rng.integers(10**9, size=ROWS)})
    pq.write_table(table, paths.raw("large") / "events.parquet")
    return paths


@pytest.fixture
def pool():
    """Arrow's memory, counted from here on."""
    default = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(default)
    pa.set_memory_pool(counted)
    yield counted
    pa.set_memory_pool(default)


@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("strategy", ["random", "random_per_user", "leave_one_out", "temporal"])
def test_a_large_table_is_prepared_in_few_bytes_a_row(paths, pool, strategy):
    split = ABOUT.split.model_copy(update={"strategy": strategy})
    before, _ = tracemalloc.get_traced_memory()
    preprocess("large", ABOUT.model_copy(update={"split": split}), seed=2020, paths=paths)
    _, most = tracemalloc.get_traced_memory()
    assert most - before < MOST_ARRAYS * ROWS
    assert 0 < pool.max_memory() < MOST_COLUMNS * ROWS
