"""Fixtures: tiny archives in the published formats, read by the library's own code."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from graphrec.data.archives import download
from graphrec.data.dataset import Dataset, RawData
from graphrec.data.interactions import HeldOut
from graphrec.data.prepare import Prepared, prepare
from graphrec.data.readers.choice import read_raw
from tests.faults import PARAMS
from tests.pipeline import make_project
from tests.published import checksum_lines, pack, write_imdb, write_movielens

SEED = 2020
DATASETS = ("movielens", "imdb")


@dataclass(frozen=True)
class Published:
    """A folder with both archives, and the checksums of their members."""

    folder: Path
    checksums: Path


@pytest.fixture(autouse=True)
def _seeded():
    """Initial weights come from torch's global generator: the same in every test, in any order."""
    torch.manual_seed(SEED)


@pytest.fixture(scope="session")
def published(tmp_path_factory) -> Published:
    root = tmp_path_factory.mktemp("published")
    write_movielens(root / "ml-100k", SEED)
    write_imdb(root / "imdb", SEED)
    mirror = root / "mirror"
    mirror.mkdir()
    lines = []
    for dataset, files in (("movielens", "ml-100k"), ("imdb", "imdb")):
        archive = PARAMS.archives[dataset]
        pack(root / files, mirror / archive.name, archive.folder)
        lines += checksum_lines(mirror / archive.name)
    (mirror / "SHA256SUMS").write_text("\n".join(lines) + "\n")
    return Published(mirror, mirror / "SHA256SUMS")


@pytest.fixture(scope="session")
def raw(published, tmp_path_factory) -> dict[str, Path]:
    """The published files of both data sets, as `download` leaves them."""
    root = tmp_path_factory.mktemp("raw")
    for dataset in DATASETS:
        download(
            PARAMS.archives[dataset], root / dataset, str(published.folder), published.checksums
        )
    return {dataset: root / dataset for dataset in DATASETS}


@pytest.fixture(scope="session")
def raw_data(raw) -> dict[str, RawData]:
    """What the readers give."""
    return {name: read_raw(raw[name], PARAMS.datasets[name]) for name in DATASETS}


@pytest.fixture(scope="session")
def movielens(raw_data) -> Prepared:
    return prepare(raw_data["movielens"], PARAMS.datasets["movielens"], SEED)


@pytest.fixture(scope="session")
def imdb(raw_data) -> Prepared:
    return prepare(raw_data["imdb"], PARAMS.datasets["imdb"], SEED)


@pytest.fixture(params=DATASETS)
def name(request) -> str:
    """Both data sets, one after the other."""
    return request.param


@pytest.fixture
def prepared(name, request) -> Prepared:
    return request.getfixturevalue(name)


@pytest.fixture
def data(prepared) -> Dataset:
    return prepared.data


@pytest.fixture
def test_part(prepared) -> HeldOut:
    return prepared.test


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder with the real archives; tests that ask for it are skipped without one."""
    folder = os.environ.get("DATA_MIRROR")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs the published archives: set DATA_MIRROR to a folder that holds them")
    return Path(folder)


@pytest.fixture(scope="session")
def real(mirror, tmp_path_factory) -> dict[str, Path]:
    """The real published files, checked and unpacked."""
    root = tmp_path_factory.mktemp("real")
    for dataset in DATASETS:
        download(PARAMS.archives[dataset], root / dataset, str(mirror))
    return {dataset: root / dataset for dataset in DATASETS}


@pytest.fixture(scope="session")
def finished(published, tmp_path_factory) -> Path:
    """A project whose pipeline has run; `project` is what a test may work in."""
    root = tmp_path_factory.mktemp("finished")
    make_project(root, published.folder, published.checksums)
    return root


@pytest.fixture(scope="module")
def project(finished, tmp_path_factory) -> Path:
    """A copy of the finished project, for the tests of one module."""
    root = tmp_path_factory.mktemp("copy") / "project"
    shutil.copytree(finished, root, symlinks=True)
    return root
