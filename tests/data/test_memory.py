"""Preparing a large table holds few bytes a row, whatever it is made of on the way."""

import tracemalloc

import pyarrow as pa
import pytest

from benchmarks.large_table import ABOUT, generate
from graphrec.config.paths import Paths
from stages.preprocess import preprocess

ROWS = 200_000
MOST_ARRAYS, MOST_COLUMNS = 45, 22
"""Bytes a row at the worst moment, in NumPy's arrays and in Arrow's columns: a row of an array of
interactions takes 20, one of a column of a file 8."""


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
def test_a_large_table_is_prepared_in_few_bytes_a_row(tmp_path, pool, strategy):
    path = Paths(tmp_path).raw("large") / "events.parquet"
    path.parent.mkdir(parents=True)
    generate(path, ROWS)
    about = ABOUT.model_copy(update={"split": ABOUT.split.model_copy(update={"strategy": strategy})})
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    preprocess("large", about, seed=2020, paths=Paths(tmp_path))
    arrays = tracemalloc.get_traced_memory()[1] - before
    print(strategy, arrays / ROWS, pool.max_memory() / ROWS)
    assert arrays < MOST_ARRAYS * ROWS
    assert pool.max_memory() < MOST_COLUMNS * ROWS
