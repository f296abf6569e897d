"""The entries of `archives:` in params.yaml: where a data set is published."""

from graphrec.config.section import Section


class ArchiveParams(Section):
    """A zip file; every member that counts is pinned in graphrec/data/SHA256SUMS."""

    url: str
    name: str
    """Of the zip file, in a mirror and in SHA256SUMS."""
    folder: str
    """Within the zip, that holds the files."""
