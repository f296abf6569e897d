"""What is wrong with data that somebody gave."""


class DataError(ValueError):
    """The data cannot be used; the message says file, line or count, what was expected, what came
    and what to do."""
