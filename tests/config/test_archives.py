"""The section `archives:` names a zip file, and nothing outside the folder that it is put in."""

import pytest
from pydantic import ValidationError

from graphrec.config.archives import ArchiveParams

URL = "https://example.org/a/data.zip?dl=1"


def test_the_name_is_the_last_part_of_the_address_unless_it_is_given():
    assert ArchiveParams(url=URL).name == "data.zip"
    assert ArchiveParams(url=URL, name="other.zip").name == "other.zip"


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "data.zip"},
        {"url": "https://example.org/data"},
        {"url": URL, "name": "../data.zip"},
        {"url": URL, "name": "data.tar"},
        {"url": URL, "folder": "/data"},
        {"url": URL, "folder": "data/../.."},
        {"url": URL, "dataset": "movielens"},
    ],
)
def test_what_is_no_zip_file_or_leaves_its_folder_is_refused(fields):
    with pytest.raises(ValidationError):
        ArchiveParams(**fields)
