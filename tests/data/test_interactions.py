"""What is saved comes back, as plain data, in the same bytes every time."""

import zipfile

import numpy as np
import pytest

from graphrec.data.interactions import (
    FIELDS,
    Interactions,
    load_filters,
    load_held_out,
    load_training_data,
    save_filters,
    save_held_out,
    save_training_data,
)


def assert_same_interactions(found: Interactions, expected: Interactions) -> None:
    for name in FIELDS:
        there, here = getattr(found, name), getattr(expected, name)
        assert there.dtype == here.dtype
        np.testing.assert_array_equal(there, here)


def test_training_data_comes_back_whole(data, tmp_path):
    save_training_data(tmp_path / "training.npz", data)
    found = load_training_data(tmp_path / "training.npz")
    assert (found.num_users, found.num_items) == (data.num_users, data.num_items)
    assert_same_interactions(found.train, data.train)
    assert_same_interactions(found.valid.interactions, data.valid.interactions)
    np.testing.assert_array_equal(found.valid.negative, data.valid.negative)
    np.testing.assert_array_equal(found.item_names, data.item_names)
    for side in ("user_features", "item_features"):
        before, after = getattr(data, side), getattr(found, side)
        assert set(before) == set(after)
        for name, block in before.items():
            assert after[name].dtype == block.dtype
            assert after[name].shape == block.shape
            np.testing.assert_array_equal(after[name].toarray(), block.toarray())


def test_the_test_part_comes_back_whole(test_part, tmp_path):
    save_held_out(tmp_path / "test.npz", test_part)
    found = load_held_out(tmp_path / "test.npz")
    assert len(found) == len(test_part)
    assert_same_interactions(found.interactions, test_part.interactions)
    np.testing.assert_array_equal(found.negative, test_part.negative)


def test_filters_come_back(tmp_path):
    filters = {"item": np.ones((2, 3), np.float32), "user": np.zeros((2, 3), np.float32)}
    save_filters(tmp_path / "filters.npz", filters)
    found = load_filters(tmp_path / "filters.npz")
    assert set(found) == set(filters)
    np.testing.assert_array_equal(found["item"], filters["item"])


def test_the_same_data_gives_the_same_bytes(data, test_part, tmp_path):
    """Else DVC would run every later stage again."""
    for name in ("first", "second"):
        save_training_data(tmp_path / f"{name}.npz", data)
        save_held_out(tmp_path / f"{name}-test.npz", test_part)
    for end in (".npz", "-test.npz"):
        first, second = ((tmp_path / f"{name}{end}").read_bytes() for name in ("first", "second"))
        assert first == second


def test_what_is_loaded_and_saved_again_has_the_same_bytes(data, tmp_path):
    first, second = tmp_path / "first.npz", tmp_path / "second.npz"
    save_training_data(first, data)
    save_training_data(second, load_training_data(first))
    assert first.read_bytes() == second.read_bytes()


def test_nothing_saved_is_a_pickle(data, test_part, tmp_path):
    save_training_data(tmp_path / "training.npz", data)
    save_held_out(tmp_path / "test.npz", test_part)
    for path in tmp_path.iterdir():
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays.files)
        with zipfile.ZipFile(path) as zipped:
            assert all(name.endswith(".npy") for name in zipped.namelist())


def test_objects_are_refused(tmp_path):
    with pytest.raises(ValueError, match="allow_pickle"):
        save_filters(tmp_path / "filters.npz", {"bad": np.array([{}], dtype=object)})


def test_rows_can_be_picked_and_joined_again(data):
    mask = np.arange(len(data.train)) % 3 == 0
    parts = [data.train[mask], data.train[~mask]]
    joined = Interactions.concatenate(parts)
    assert len(joined) == len(data.train)
    assert_same_interactions(joined[np.argsort(np.argsort(~mask, kind="stable"))], data.train)


def test_matrix_holds_the_pairs_or_their_targets(movielens):
    train, shape = movielens.data.train, (40, 60)
    ones, targets = train.matrix(*shape), train.matrix(*shape, binary=False)
    assert ones.shape == targets.shape == shape
    np.testing.assert_array_equal(ones.toarray()[train.user, train.item], 1)
    np.testing.assert_array_equal(targets.toarray()[train.user, train.item], train.rating)
    assert ones.sum() == len(train)
