"""The Dataset column: one data set a run, its digest the same wherever the run is recorded."""

import hashlib

import pytest
import yaml

from tests.trained import leave_files


@pytest.fixture(params=["file", "lock"])
def trained(request, paths, run) -> str:
    """A run whose training file is here, or of which only dvc.lock speaks; gives the md5."""
    leave_files(run, paths)
    content = b"interactions"
    md5 = hashlib.md5(content).hexdigest()
    path = paths.training("imdb")
    if request.param == "file":
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    else:
        weights = paths.weights(run)
        out = {"path": str(weights.relative_to(paths.root))}
        entry = {
            "outs": [out | {"md5": hashlib.md5(weights.read_bytes()).hexdigest()}],
            "deps": [{"path": path.relative_to(paths.root).as_posix(), "md5": md5}],
        }
        lock = {"stages": {f"train@{run}": entry}}
        (paths.root / "dvc.lock").write_text(yaml.safe_dump(lock))
    return md5


def test_a_run_has_one_dataset_with_dvc_s_digest(tracker, paths, run, trained):
    for _ in range(2):
        run_id = tracker.record(run, paths)
    (used,) = tracker.client.get_run(run_id).inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest) == ("imdb", trained[:8])
    assert used.dataset.source == '{"uri": "data/prepared/imdb/training.npz"}'
    assert [(tag.key, tag.value) for tag in used.tags] == [("mlflow.data.context", "training")]


def test_a_dataset_that_nothing_speaks_of_is_added_later(tracker, paths, run):
    leave_files(run, paths)
    run_id = tracker.record(run, paths)
    assert not tracker.client.get_run(run_id).inputs.dataset_inputs
    paths.training("imdb").parent.mkdir(parents=True)
    paths.training("imdb").write_bytes(b"interactions")
    assert tracker.record(run, paths) == run_id
    assert len(tracker.client.get_run(run_id).inputs.dataset_inputs) == 1
