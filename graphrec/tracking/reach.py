"""Whether a store can be reached: found out in seconds, and said without its password."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphrec.config.errors import GraphrecError, StoreError

# libpq's own patience is that of the network, minutes.
os.environ.setdefault("PGCONNECT_TIMEOUT", "10")
SERVED = ("http://", "https://")
CREDENTIALS = re.compile(r"(?<=://)\S*@")
SECRETS = re.compile(r"(?i)(password|passwd|pwd|token|secret)=[^&\s'\"]+")


def without_password(text: object) -> str:
    """The text of an address, or of an error that names one, without what should stay secret."""
    return SECRETS.sub(r"\1=***", CREDENTIALS.sub("***@", str(text)))


def expect_database(uri: str) -> None:
    """Connect once to the database `uri`, where MLflow would try ten times in two minutes.

    Raises what SQLAlchemy and its drivers raise. SQLite files that are not there are made later.
    """
    import sqlalchemy

    url = sqlalchemy.make_url(uri)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        return
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect():
            sqlalchemy.inspect(engine).get_table_names()
    finally:
        engine.dispose()


@contextmanager
def store_is_needed(uri: str) -> Iterator[None]:
    """Turn what a store that is away, damaged, in use or none at all raises into StoreError."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    # ValueError and ImportError are of addresses: `http://[`, or a database without its driver.
    causes = (MlflowException, SQLAlchemyError, OSError, ValueError, ImportError)
    try:
        yield
    except GraphrecError:
        raise
    except causes as error:
        reason = " ".join(without_password(error).split())
        raise StoreError(
            f"expected a store at {without_password(uri)}, got {reason}: start it, or set "
            "MLFLOW_TRACKING_URI to another"
        ) from error


@contextmanager
def store_may_be_away(what: str, uri: str) -> Iterator[None]:
    """Say that the store is not there, and go on: what stages write does not depend on it."""
    try:
        with store_is_needed(uri):
            yield
    except StoreError as error:
        print(
            f"warning: {what} is not in MLflow: {error}. What has been written is complete; "
            "`make sync` adds it once the store is back.",
            file=sys.stderr,
        )
