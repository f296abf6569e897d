"""What is wrong with data that somebody gave."""

from graphrec.config.errors import GraphrecError


class DataError(GraphrecError):
    """The data cannot be used; the message says file, line or count, what was expected, what came
    and what to do."""
