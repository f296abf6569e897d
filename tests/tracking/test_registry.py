"""A registered model is the folder that was registered."""

import pytest

from graphrec.config.paths import Paths
from graphrec.tracking import Tracker
from graphrec.tracking.promotion import judge, promote
from graphrec.tracking.registry import download_model, model_folder
from tests.tracking.test_promotion import tree_of
from tests.trained import leave_files


def test_a_registered_model_by_alias_and_by_version(tracker: Tracker, paths: Paths, run: str):
    leave_files(run, paths)
    model = f"graphrec-{run}"
    promote(tracker, paths, run, judge(tree_of(run, 0.2, 0.2), "imdb"), "1")
    for name in (f"{model}@champion", f"{model}/1"):
        folder = download_model(f"models:/{name}")
        assert paths.settings(run).read_bytes() == (folder / "settings.json").read_bytes()
        assert paths.weights(run).read_bytes() == (folder / "weights.safetensors").read_bytes()
    for name in (f"{model}@challenger", f"{model}/7", "graphrec-nobody@champion"):
        with pytest.raises(LookupError, match="choose one of ") as caught:
            download_model(f"models:/{name}")
        assert f"{model}@champion" in str(caught.value)


@pytest.mark.parametrize("name", ["", "graphrec-x", "graphrec-x@", "graphrec-x/latest", "a/b/c"])
def test_a_name_says_alias_or_version(name, tracker: Tracker):
    with pytest.raises(LookupError, match="a model such as"):
        download_model(f"models:/{name}")


def test_a_store_that_is_not_there_is_not_made(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(LookupError, match="run `make promote` first"):
        download_model("models:/graphrec-x@champion")
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_away_is_said_to_be(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(LookupError, match="can be reached"):
        download_model("models:/graphrec-x@champion")


def test_the_model_folder_may_lie_within_what_is_downloaded(tmp_path):
    inner = tmp_path / "artifacts" / "model"
    inner.mkdir(parents=True)
    with pytest.raises(LookupError, match="make promote"):
        model_folder(tmp_path)
    (inner / "settings.json").write_text("{}")
    assert model_folder(tmp_path) == inner
