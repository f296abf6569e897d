"""Where a run comes from: its experiment, its hashes, and whether the workspace holds its files."""

import hashlib
from pathlib import Path

import yaml

from graphrec.config.paths import Paths
from graphrec.tracking.lock import lock_entry, lock_tags
from graphrec.tracking.tracker import CURRENT
from tests.trained import leave_files, runs_of


def test_a_tag_says_what_a_run_was_trained_in(tracker, paths, run, monkeypatch):
    for experiment, trained_in in (("calm-fox", "calm-fox"), ("", "workspace@0123456")):
        monkeypatch.setenv("DVC_EXP_NAME", experiment)
        monkeypatch.setenv("DVC_EXP_BASELINE_REV", "0123456789")
        leave_files(f"{run}-{trained_in}", paths)
        run_id = tracker.record(f"{run}-{trained_in}", paths)
        tags = tracker.client.get_run(run_id).data.tags
        assert tags["trained_in"] == trained_in
        assert "mlflow.parentRunId" not in tags


def test_files_in_the_workspace_make_a_run_current_and_a_copy_s_do_not(
    tracker, paths, run, monkeypatch, tmp_path
):
    for weight in (1.0, 2.0, 1.0):
        leave_files(run, paths, weight)
        run_id = tracker.record(run, paths)
        marked = [found for found in runs_of(tracker, run) if found.data.tags.get(CURRENT)]
        assert [found.info.run_id for found in marked] == [run_id]
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "main"))
    leave_files(run, paths, weight=3.0)
    (tmp_path / "main").mkdir()
    assert CURRENT not in tracker.client.get_run(tracker.record(run, paths)).data.tags


def test_hashes_are_those_of_the_lock_that_speaks_of_these_files(tracker, paths, run):
    leave_files(run, paths)
    out = paths.weights(run)
    entry = {
        "outs": [{"path": str(out.relative_to(paths.root)), "md5": md5(out)}],
        "deps": [{"path": path, "md5": "0"} for path in ("data/a.npz", "stages/train.py")],
        "params": {"params.yaml": {"seed": 1}},
    }
    lock = paths.root / "dvc.lock"
    lock.write_text(yaml.safe_dump({"stages": {f"train@{run}": entry}}))
    hashes = tags_of_lock(run, paths)
    assert hashes.keys() == {"data_hash", "params_hash", "code_hash"}
    for change, changed in (("deps", "code_hash"), ("params", "params_hash")):
        other = yaml.safe_load(yaml.safe_dump(entry))
        if change == "deps":
            other["deps"][1]["md5"] = "1"
        else:
            other["params"]["params.yaml"]["seed"] = 2
        lock.write_text(yaml.safe_dump({"stages": {f"train@{run}": other}}))
        differing = {k for k, value in tags_of_lock(run, paths).items() if value != hashes[k]}
        assert differing == {changed}
    lock.write_text(yaml.safe_dump({"stages": {f"train@{run}": entry}}))
    tags = tracker.client.get_run(tracker.record(run, paths)).data.tags
    assert tags.items() >= hashes.items()
    leave_files(run, paths, weight=2.0)
    assert tags_of_lock(run, paths) == {}


def tags_of_lock(run: str, paths: Paths) -> dict[str, str]:
    return lock_tags(lock_entry(run, paths.root))


def md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()
