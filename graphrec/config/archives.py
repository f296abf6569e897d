"""The section `archives:` of params.yaml: what is published, and where."""

from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field

from graphrec.config.section import Section


def _name_in_url(fields: dict[str, Any]) -> str:
    return PurePosixPath(urlsplit(fields["url"]).path).name


class ArchiveParams(Section):
    """A published zip file. The SHA-256 of its members stand in graphrec/data/SHA256SUMS."""

    url: Annotated[str, Field(pattern=r"^https?://[^/]+/.+$")]
    """Where it is published."""
    name: Annotated[
        str,
        Field(default_factory=_name_in_url, pattern=r"^[\w-][\w.-]*\.zip$", validate_default=True),
    ]
    """Of the zip file, in a mirror and in SHA256SUMS; by default the last part of `url`."""
    folder: Annotated[str, Field(pattern=r"^([\w-][\w.-]*(/[\w-][\w.-]*)*)?$")] = ""
    """Folder within the zip that holds the files; empty for its top."""
