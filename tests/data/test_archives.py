"""Archives are put in place whole and checked, or not at all."""

import errno
import os
import shutil
import stat
import subprocess
import sys
import zipfile

import pytest

from graphrec.config.archives import ArchiveParams
from graphrec.data.archives import ArchiveError, download, extract, read_checksums, source_of
from tests.faults import PARAMS
from tests.imports import ROOT

ARCHIVE = PARAMS.archives["movielens"]


@pytest.fixture
def place(tmp_path):
    """A folder to download into, whose parent holds nothing else."""
    return tmp_path / "raw" / "movielens"


def expect_failure(place, mirror, checksums, *told: str) -> None:
    """The download fails, says what happened and how to go on, and leaves nothing behind."""
    before = sorted(place.parent.rglob("*"))
    with pytest.raises(ArchiveError) as caught:
        download(ARCHIVE, place, str(mirror), checksums)
    message = str(caught.value)
    for part in ("expected", "got", "by hand", ARCHIVE.url, "DATA_MIRROR", *told):
        assert part in message
    assert sorted(place.parent.rglob("*")) == before


def mirror_with(tmp_path, content: bytes):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / ARCHIVE.name).write_bytes(content)
    return folder


def repack(published, tmp_path, change) -> "object":
    """A mirror whose archive has the members that `change` makes of the published ones."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    with zipfile.ZipFile(published.folder / ARCHIVE.name) as source:
        members = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(folder / ARCHIVE.name, "w") as target:
        for name, content in change(members).items():
            target.writestr(name, content)
    return folder


def test_a_good_archive_is_unpacked_without_its_inner_folder(published, place):
    download(ARCHIVE, place, str(published.folder), published.checksums)
    with zipfile.ZipFile(published.folder / ARCHIVE.name) as zipped:
        for name in read_checksums(ARCHIVE, published.checksums):
            assert (place / name.removeprefix("ml-100k/")).read_bytes() == zipped.read(name)
    assert [path.name for path in place.parent.iterdir()] == ["movielens"]


def test_a_file_address_is_a_mirror_too(published, place):
    download(ARCHIVE, place, f"file://{published.folder}/", published.checksums)
    assert (place / "u1.base").exists()


@pytest.mark.parametrize("length", [0, 10, 5000, -1])
def test_a_torn_zip_is_refused(published, tmp_path, place, length):
    whole = (published.folder / ARCHIVE.name).read_bytes()
    expect_failure(place, mirror_with(tmp_path, whole[:length]), published.checksums, "zip")


def test_a_page_in_place_of_the_archive_is_refused(published, tmp_path, place):
    folder = mirror_with(tmp_path, b"<html>This file has moved.</html>")
    expect_failure(place, folder, published.checksums, "zip")


@pytest.mark.parametrize("fill", [b"\x00", b"\xff"])
def test_damaged_bytes_within_a_member_are_refused(published, tmp_path, place, fill):
    content = bytearray((published.folder / ARCHIVE.name).read_bytes())
    with zipfile.ZipFile(published.folder / ARCHIVE.name) as zipped:
        member = zipped.getinfo("ml-100k/u1.base")
    start = member.header_offset + 30 + len(member.filename)
    content[start : start + 60] = fill * 60
    expect_failure(place, mirror_with(tmp_path, bytes(content)), published.checksums)


def test_an_altered_member_is_refused(published, tmp_path, place):
    name = "ml-100k/u1.test"
    folder = repack(published, tmp_path, lambda old: old | {name: old[name] + b"1\t1\t5\t0\n"})
    expect_failure(place, folder, published.checksums, name, "SHA-256")


def test_a_missing_member_is_refused(published, tmp_path, place):
    def drop(old):
        return {name: content for name, content in old.items() if name != "ml-100k/u.item"}

    expect_failure(place, repack(published, tmp_path, drop), published.checksums, "ml-100k/u.item")


@pytest.mark.parametrize("name", ["../x", "ml-100k/../../x", "/x"])
def test_a_member_outside_the_folder_is_refused(published, tmp_path, place, name):
    folder = repack(published, tmp_path, lambda old: old | {name: b"x"})
    expect_failure(place, folder, published.checksums, name)
    assert not (tmp_path / "x").exists()


def test_a_member_that_grows_beyond_all_bounds_is_refused(published, tmp_path, place, monkeypatch):
    monkeypatch.setattr("graphrec.data.archives.MOST_BYTES", 10**6)
    name = "ml-100k/u.item"
    folder = repack(published, tmp_path, lambda old: old | {name: bytes(2 * 10**6)})
    expect_failure(place, folder, published.checksums, "1,000,000 bytes unpacked")


def test_a_size_that_no_compression_reaches_is_refused(published, tmp_path, place):
    """A header may say what it likes; nothing is written by then."""
    content = bytearray((published.folder / ARCHIVE.name).read_bytes())
    entry = content.rindex(b"ml-100k/u.item") - 46  # in the directory at the end
    assert content[entry : entry + 4] == b"PK\1\2"
    content[entry + 24 : entry + 28] = (2**31 - 1).to_bytes(4, "little")
    folder = mirror_with(tmp_path, bytes(content))
    expect_failure(place, folder, published.checksums, "u.item of at most 1100 times")


def test_a_link_is_refused(published, tmp_path, place):
    folder = mirror_with(tmp_path, (published.folder / ARCHIVE.name).read_bytes())
    link = zipfile.ZipInfo("ml-100k/u.item")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(folder / ARCHIVE.name, "w") as zipped:
        zipped.writestr(link, "/etc/passwd")
    expect_failure(place, folder, published.checksums, "a link or the like")


def test_members_that_are_not_pinned_are_not_written(published, tmp_path):
    folder = repack(published, tmp_path, lambda old: old | {"ml-100k/more": b"x"})
    pinned = read_checksums(ARCHIVE, published.checksums)
    extract(folder / ARCHIVE.name, tmp_path / "out", pinned)
    written = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {name.removeprefix("ml-100k/") for name in pinned}


def test_a_mirror_folder_without_the_archive_is_refused(published, tmp_path, place):
    expect_failure(place, tmp_path / "nowhere", published.checksums, "nowhere")


def test_a_failed_download_leaves_the_earlier_good_one(published, tmp_path, place):
    download(ARCHIVE, place, str(published.folder), published.checksums)
    before = {path: path.read_bytes() for path in place.iterdir()}
    expect_failure(place, mirror_with(tmp_path, b"torn"), published.checksums)
    assert {path: path.read_bytes() for path in place.iterdir()} == before


def test_what_a_killed_download_left_is_removed(published, place):
    scratch = place.with_name(".download-movielens")
    (scratch / "files").mkdir(parents=True)
    (scratch / "files" / "u1.base").write_text("half")
    download(ARCHIVE, place, str(published.folder), published.checksums)
    assert [path.name for path in place.parent.iterdir()] == ["movielens"]


def test_a_full_disk_is_told_with_the_folder_s_path(published, place, monkeypatch):
    def fail(source, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), source)

    monkeypatch.setattr(shutil, "copyfile", fail)
    with pytest.raises(OSError, match=f"No space left on device: '{place}'"):
        download(ARCHIVE, place, str(published.folder), published.checksums)
    assert list(place.parent.iterdir()) == []


def test_a_terminated_download_leaves_nothing(tmp_path):
    """As DVC and a shell end it."""
    terminated = (
        "import os, signal; from graphrec.data import archives; from stages import download; "
        "archives.fetch = lambda *_: os.kill(os.getpid(), signal.SIGTERM); "
        "download.main('movielens')"
    )
    (tmp_path / "params.yaml").symlink_to(ROOT / "params.yaml")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", terminated], cwd=tmp_path, env=environment, stderr=subprocess.PIPE
    )
    assert done.returncode != 0, done.stderr
    assert list((tmp_path / "data" / "raw").iterdir()) == []


def test_a_new_download_replaces_the_earlier_one(published, place):
    place.mkdir(parents=True)
    (place / "old").write_text("of an earlier version")
    download(ARCHIVE, place, str(published.folder), published.checksums)
    assert not (place / "old").exists()


def test_without_a_mirror_the_published_address_is_read():
    assert source_of(ARCHIVE, None) == source_of(ARCHIVE, "") == ARCHIVE.url
    assert source_of(ARCHIVE, "http://host/x/") == f"http://host/x/{ARCHIVE.name}"


@pytest.mark.parametrize("name", PARAMS.archives)
def test_every_archive_has_pinned_members(name):
    assert all(len(digest) == 64 for digest in read_checksums(PARAMS.archives[name]).values())


def test_an_archive_without_pinned_members_is_refused(published, place):
    unknown = ArchiveParams(url="https://example.org/other.zip")
    with pytest.raises(ArchiveError, match=r"SHA-256 of each member .* other\.zip!<member>"):
        download(unknown, place, str(published.folder), published.checksums)
    assert list(place.parent.iterdir()) == []


def test_a_folder_that_the_archive_lacks_is_refused(published, place):
    elsewhere = ArchiveParams(url=ARCHIVE.url, folder="elsewhere")
    with pytest.raises(ArchiveError, match="members below elsewhere/, got ml-100k/"):
        download(elsewhere, place, str(published.folder), published.checksums)
    assert list(place.parent.iterdir()) == []


def test_the_real_archives_are_the_pinned_ones(real):
    assert (real["movielens"] / "u1.base").exists()
    assert (real["imdb"] / "adjM.npz").exists()
