"""What is saved comes back, as plain data, in the same bytes every time."""

import zipfile
from dataclasses import replace

import numpy as np
import pytest

from graphrec.config.datasets import DatasetParams
from graphrec.data.dataset import Dataset
from graphrec.data.features import categorical, numeric
from graphrec.data.storage import (
    load_dataset,
    load_held_out,
    save_dataset,
    save_held_out,
)
from tests.data.comparison import assert_same_entities, assert_same_interactions
from tests.datasets import dataset, entities, interactions

OWN = {
    "reader": "table",
    "user_name": "Hörer",
    "item_name": "song",
    "interaction_name": "play",
    "ratings": {"minimum": -1, "maximum": 2.5, "relevance_threshold": 0.1},
    "split": {"strategy": "temporal", "test_fraction": 0.2, "valid_fraction": 0.1},
    "table": {
        "interactions": "plays.tsv.gz",
        "user": 0,
        "item": "song",
        "rating": 2,
        "format": {"separator": "\t", "header": False},
        "items": {
            "path": "songs.csv",
            "id": "id",
            "features": {"artist": {"column": "artist", "kind": "categorical"}},
        },
    },
}


def assert_same_dataset(actual: Dataset, expected: Dataset) -> None:
    assert actual.about == expected.about
    assert_same_entities(actual.users, expected.users)
    assert_same_entities(actual.items, expected.items)
    assert_same_interactions(actual.train, expected.train)
    assert_same_interactions(actual.valid.interactions, expected.valid.interactions)
    np.testing.assert_array_equal(actual.valid.negative, expected.valid.negative)


def test_a_data_set_comes_back_whole(data, tmp_path):
    save_dataset(tmp_path / "training.npz", data)
    assert_same_dataset(load_dataset(tmp_path / "training.npz"), data)


@pytest.fixture
def own() -> Dataset:
    """With all that a data set may say, unknown values, empty blocks, and no text in ASCII."""
    features = {
        "artist/Künstler": categorical(np.array(["Björk", "", "Сплин"])),
        "nothing": categorical(np.array(["", "", ""])),
        "year": numeric("year", np.array([1990, np.nan, 0], np.float32)),
    }
    data = dataset(2, 3, interactions([0, 1], [1, 2], [2.5, -1]))
    about = DatasetParams.model_validate(OWN)
    return Dataset(about, entities("ü", 2), entities("i", 3, **features), data.train, data.valid)


def test_an_own_data_set_comes_back_whole(own, tmp_path):
    save_dataset(tmp_path / "training.npz", own)
    assert_same_dataset(load_dataset(tmp_path / "training.npz"), own)


def test_the_test_part_comes_back_whole(data, test_part, tmp_path):
    save_held_out(tmp_path / "test.npz", test_part)
    loaded = load_held_out(tmp_path / "test.npz", data)
    assert len(loaded) == len(test_part)
    assert_same_interactions(loaded.interactions, test_part.interactions)
    np.testing.assert_array_equal(loaded.negative, test_part.negative)


def test_a_folder_that_is_not_there_is_made(own, tmp_path):
    save_dataset(tmp_path / "new" / "folder" / "training.npz", own)
    assert load_dataset(tmp_path / "new" / "folder" / "training.npz").num_items == 3


def test_the_same_data_give_the_same_bytes(data, test_part, tmp_path):
    """Else DVC would run every later stage again."""
    for name in ("first", "second"):
        save_dataset(tmp_path / f"{name}.npz", data)
        save_held_out(tmp_path / f"{name}-test.npz", test_part)
    for end in (".npz", "-test.npz"):
        first, second = ((tmp_path / f"{name}{end}").read_bytes() for name in ("first", "second"))
        assert first == second


def test_what_is_loaded_and_saved_again_has_the_same_bytes(data, tmp_path):
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    save_dataset(first, data)
    save_dataset(second, load_dataset(first))
    assert first.read_bytes() == second.read_bytes()


def test_headers_say_nothing_of_the_python_that_wrote_them(data, tmp_path):
    """Those of 64 bits would: 3.11.2 and 3.11.7 write them in different ways."""
    save_dataset(tmp_path / "training.npz", data)
    with zipfile.ZipFile(tmp_path / "training.npz") as zipped:
        for member in zipped.infolist():
            assert (member.create_version, member.extract_version, member.extra) == (20, 20, b"")


def test_nothing_saved_is_a_pickle(data, test_part, tmp_path):
    save_dataset(tmp_path / "training.npz", data)
    save_held_out(tmp_path / "test.npz", test_part)
    for path in tmp_path.iterdir():
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays.files)
        with zipfile.ZipFile(path) as zipped:
            assert all(name.endswith(".npy") for name in zipped.namelist())


def test_objects_are_refused(own, tmp_path):
    users = replace(own.users, titles=own.users.titles.astype(object))
    with pytest.raises(ValueError, match="allow_pickle"):
        save_dataset(tmp_path / "training.npz", replace(own, users=users))
