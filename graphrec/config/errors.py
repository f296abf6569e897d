"""What a person can mend, told apart from a bug."""


class GraphrecError(ValueError):
    """What was given cannot be used; the message says what was expected, what came, what to do."""


class ParamsError(GraphrecError):
    """params.yaml holds something else than it should; the message names key, value and choice."""


class StoreError(GraphrecError):
    """MLflow's store is away, damaged or of a kind that it does not know."""


class FileError(GraphrecError):
    """A file that a stage has left is missing, damaged, or of something else."""
