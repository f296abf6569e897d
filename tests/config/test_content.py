"""What tells trainings apart: digests of files, and the key that is made of them."""

import pytest

from graphrec.config.content import content_key, file_digest
from graphrec.config.errors import FileError
from graphrec.config.paths import Paths

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""The SHA-256 of three letters, an example of the standard (FIPS 180-4)."""


@pytest.fixture
def left(tmp_path) -> tuple[Paths, list]:
    """The files that a training leaves."""
    paths = Paths(tmp_path)
    files = [paths.settings("run"), paths.curves("run"), paths.weights("run")]
    for number, file in enumerate(files):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"file {number}")
    return paths, files


def test_a_digest_is_that_of_the_standard(tmp_path):
    (tmp_path / "file").write_text("abc")
    assert file_digest(tmp_path / "file") == ABC


@pytest.mark.parametrize("number", range(3))
def test_each_file_of_a_training_makes_the_key(left, number):
    paths, files = left
    before = content_key("run", paths)
    assert content_key("run", paths) == before
    files[number].write_text("something else")
    assert content_key("run", paths) != before
    files[number].unlink()
    with pytest.raises(FileError, match=files[number].name):
        content_key("run", paths)


def test_the_same_files_of_another_run_have_another_key(left):
    paths, files = left
    others = [paths.settings("other"), paths.curves("other"), paths.weights("other")]
    for file, other in zip(files, others, strict=True):
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(file.read_bytes())
    assert content_key("other", paths) != content_key("run", paths)
