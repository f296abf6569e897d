"""The section `archives:` of params.yaml: what is published, and where."""

from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from graphrec.config.section import Section


def _name_in_url(fields: dict[str, Any]) -> str:
    return PurePosixPath(urlsplit(fields.get("url", "")).path).name


def _is_address(url: str) -> str:
    try:
        urlsplit(url).port  # noqa: B018, a port out of range is found as it is read
    except ValueError as error:
        raise ValueError(f"expected an address ({error})") from error
    return url


class ArchiveParams(Section):
    """A published zip file. The SHA-256 of its members stand in graphrec/data/SHA256SUMS."""

    url: Annotated[str, Field(pattern=r"^https?://[^/]+/.+$"), AfterValidator(_is_address)]
    """Where it is published."""
    name: Annotated[
        str,
        Field(default_factory=_name_in_url, pattern=r"^[\w-][\w.-]*\.zip$", validate_default=True),
    ]
    """Of the zip file, in a mirror and in SHA256SUMS; by default the last part of `url`."""
    folder: Annotated[str, Field(pattern=r"^([\w-][\w.-]*(/[\w-][\w.-]*)*)?$")] = ""
    """Folder within the zip that holds the files; empty for its top."""
