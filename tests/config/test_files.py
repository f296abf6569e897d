"""A file appears whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from graphrec.config.files import PREFIX, whole, write_bytes, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_what_is_written_is_there_and_nothing_else(tmp_path):
    write_text(tmp_path / "new" / "folder" / "a.txt", "grüße\n")
    assert (tmp_path / "new" / "folder" / "a.txt").read_bytes() == "grüße\n".encode()
    write_bytes(tmp_path / "new" / "folder" / "a.txt", b"other")
    assert (tmp_path / "new" / "folder" / "a.txt").read_bytes() == b"other"
    assert names(tmp_path / "new" / "folder") == ["a.txt"]


def test_until_the_block_ends_the_earlier_file_stays(tmp_path):
    path = tmp_path / "a.npz"
    path.write_bytes(b"earlier")
    with whole(path) as part:
        assert part.suffix == ".npz"  # some writers go by it
        part.write_bytes(b"later")
        assert path.read_bytes() == b"earlier"
    assert path.read_bytes() == b"later"


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), OSError(errno.EIO, "io")])
@pytest.mark.parametrize("written", [False, True])
def test_if_the_block_raises_the_earlier_file_stays(tmp_path, error, written):
    path = tmp_path / "a.txt"
    path.write_text("earlier")

    def fail():
        with whole(path) as part:
            if written:
                part.write_text("half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["a.txt"]


def test_a_full_disk_is_told_with_the_file_s_path(tmp_path):
    path = tmp_path / "a.txt"

    def fail():
        with whole(path):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match=f"No space left on device: '{path}'"):
        fail()


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "folder").touch()
    with pytest.raises(FileExistsError, match="folder"):
        write_text(tmp_path / "folder" / "a.txt", "text")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told_with_the_file_s_path(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match=f"'{tmp_path / 'a.txt'}'"):
        write_text(tmp_path / "a.txt", "text")


def test_what_a_killed_process_left_is_overwritten(tmp_path):
    (tmp_path / f"{PREFIX}a.txt").write_text("of a killed process, and longer")
    write_text(tmp_path / "a.txt", "text")
    assert (tmp_path / "a.txt").read_text() == "text"
    assert names(tmp_path) == ["a.txt"]


def test_the_bytes_are_on_the_disk_before_the_name_is_theirs(tmp_path, monkeypatch):
    done = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda file: (done.append("synced"), fsync(file)))
    monkeypatch.setattr(Path, "replace", lambda path, to: (done.append("named"), replace(path, to)))
    write_text(tmp_path / "a.txt", "text")
    assert done == ["synced", "named"]
