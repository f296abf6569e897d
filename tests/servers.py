"""A PostgreSQL of its own and an MLflow server on it, which a test may kill and bring back."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

START_SECONDS = 180
OWNER = "postgres"
"""PostgreSQL does not run as root: there, this user, which its package makes, runs it."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def postgres_binaries() -> Path | None:
    """The folder with initdb and pg_ctl, as Debian or a PATH have it; None without one."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


class Postgres:
    def __init__(self, binaries: Path) -> None:
        self.binaries, self.port = binaries, free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self.as_owner = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
        if self.as_owner:
            os.chown(self.folder, pwd.getpwnam(OWNER).pw_uid, -1)
        self.url = f"postgresql://graphrec@127.0.0.1:{self.port}/postgres"
        self._call("initdb", "-U", "graphrec", "--auth", "trust")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self._call("pg_ctl", "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def kill(self) -> None:
        """Without a shutdown: the next start recovers from its log."""
        with suppress(subprocess.CalledProcessError):
            self._call("pg_ctl", "-m", "immediate", "stop")

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)

    def _call(self, program: str, *options: str) -> None:
        command = [*self.as_owner, str(self.binaries / program), "-D", str(self.folder / "data")]
        subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL, cwd="/")


class MlflowServer:
    def __init__(self, store: str, artifacts: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        options = ["--backend-store-uri", store, "--artifacts-destination", str(artifacts)]
        address = ["--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        self.command = [sys.executable, "-W", "ignore", "-m", "mlflow", "server"]
        self.command += options + address
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        # Its job runners, eight processes, are for other uses of MLflow.
        variables = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
        self.process = subprocess.Popen(
            self.command, env=variables, start_new_session=True, **quiet
        )
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self.process.poll() is None, f"the MLflow server has ended: {self.command}"
            assert time.monotonic() < until, "the MLflow server does not answer"
            time.sleep(0.5)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """The server and its workers, at once."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
