"""The benchmark of large tables, on a small one."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks import large_table
from benchmarks.large_table import generate, prepare_alone
from graphrec.config.paths import Paths
from graphrec.data.storage import load_dataset, load_held_out


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("large")
    path = Paths(root).raw("large") / "events.parquet"
    path.parent.mkdir(parents=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_table, "CHUNK", 7_000)
        generate(path, 20_000)
    return root


def test_a_table_is_generated_in_chunks(root):
    file = pq.ParquetFile(Paths(root).raw("large") / "events.parquet")
    assert file.metadata.num_rows == 20_000
    assert file.num_row_groups == 3
    assert file.schema_arrow.names == ["user", "item", "timestamp"]


def test_it_is_prepared_as_the_stage_does_and_measured(root):
    row = prepare_alone(root)
    assert row["peak_gb"] >= row["before_gb"] > 0
    paths = Paths(root)
    data = load_dataset(paths.training("large"))
    test = load_held_out(paths.test("large"), data)
    parts = (data.train, data.valid.interactions, test.interactions)
    sizes = [row[f"{name}_interactions"] for name in ("train", "valid", "test")]
    assert [len(part) for part in parts] == sizes
    pairs = np.concatenate([part.user * data.num_items + part.item for part in parts])
    assert len(np.unique(pairs)) == len(pairs) < 20_000  # each pair once, in one part
    assert all(np.bincount(part.user).max(initial=0) > 0 for part in parts)
    assert paths.audit("large").is_file()
