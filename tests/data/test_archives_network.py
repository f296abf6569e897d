"""Downloads over http and https, from servers of this process that misbehave in known ways."""

import http.server
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace

import pooch.core
import pytest

from graphrec.data import fetching
from graphrec.data.archives import download
from tests.data.test_archives import ARCHIVE, expect_failure


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    """Retries come at once, and no proxy stands between the test and its own server."""
    monkeypatch.setattr(pooch.core, "time", SimpleNamespace(sleep=lambda _: None))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def place(tmp_path):
    return tmp_path / "raw" / "movielens"


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Failing(Quiet):
    """Answers 500 to the first `failures` requests, of which it keeps count."""

    failures = 10**6
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        if type(self).asked > self.failures:
            super().do_GET()
        else:
            self.send_error(500)


class Cutting(Quiet):
    """Promises a long answer and hangs up after a part of it, the first `failures` times."""

    failures = 10**6
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        if type(self).asked > self.failures:
            super().do_GET()
        else:
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"PK" * 500)


class Silent(Quiet):
    """Takes the request, and answers only when the test is over."""

    over = threading.Event()

    def do_GET(self):
        self.over.wait(10)


@contextmanager
def serving(handler, folder, context: ssl.SSLContext | None = None):
    """The base URL of a server of `folder` that lives as long as the block."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    server.handle_error = lambda *_: None  # a refused handshake is what some tests are about
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        scheme = "http" if context is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_mirror_can_be_a_base_url(published, place):
    with serving(Quiet, published.folder) as url:
        download(ARCHIVE, place, f"{url}/", published.checksums)
    assert (place / "u1.base").exists()


def test_a_server_that_fails_for_a_moment_is_asked_again(published, place):
    handler = type("FailingTwice", (Failing,), {"failures": 2, "asked": 0})
    with serving(handler, published.folder) as url:
        download(ARCHIVE, place, url, published.checksums)
    assert handler.asked == 3


def test_a_server_that_answers_500_is_given_up(published, place):
    handler = type("FailingAlways", (Failing,), {"asked": 0})
    with serving(handler, published.folder) as url:
        expect_failure(place, url, published.checksums, url)
    assert handler.asked == 5


def test_an_address_without_the_archive_is_refused(published, place, tmp_path):
    with serving(Quiet, tmp_path) as url:
        expect_failure(place, url, published.checksums, "404")


def test_a_connection_cut_half_way_is_refused(published, place):
    with serving(Cutting, published.folder) as url:
        expect_failure(place, url, published.checksums, url)


def test_a_connection_cut_for_a_moment_is_tried_again(published, place):
    handler = type("CuttingOnce", (Cutting,), {"failures": 1, "asked": 0})
    with serving(handler, published.folder) as url:
        download(ARCHIVE, place, url, published.checksums)
    assert handler.asked == 2


def test_a_server_that_says_nothing_is_given_up(published, place, monkeypatch):
    monkeypatch.setattr(fetching, "TIMEOUT", 0.1)
    with serving(Silent, published.folder) as url:
        expect_failure(place, url, published.checksums, "timed out")
        Silent.over.set()


class Dripping(Quiet):
    """Promises a long answer, and sends a byte of it now and then."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        with suppress(OSError):  # the other side hangs up
            for _ in range(200):
                self.wfile.write(b"P")
                time.sleep(0.02)


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(published, place, monkeypatch):
    monkeypatch.setattr(fetching, "DEADLINE", 0.2)
    with serving(Dripping, published.folder) as url:
        expect_failure(place, url, published.checksums, "bytes and no end after")


def test_an_answer_without_end_is_given_up(published, place, monkeypatch):
    monkeypatch.setattr(fetching, "MOST_BYTES", 1000)
    with serving(Quiet, published.folder) as url:
        expect_failure(place, url, published.checksums, "more than 1,000 bytes")


def test_without_a_progress_bar_all_is_the_same(published, place, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    with serving(Quiet, published.folder) as url:
        download(ARCHIVE, place, url, published.checksums)
    assert (place / "u1.base").exists()


@pytest.mark.parametrize("mirror", ["http://[bad", "http://", "http://host:99999999/x", "ftp://x"])
def test_what_is_no_address_is_refused(published, place, mirror):
    expect_failure(place, mirror, published.checksums)


def test_a_host_that_does_not_answer_is_refused(published, place):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    expect_failure(place, f"http://127.0.0.1:{closed}", published.checksums, str(closed))


@pytest.fixture
def certificate(tmp_path):
    """Makes a certificate of 127.0.0.1 that is valid for so many days from now, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")

    def make(days: int):
        key, path, request = (tmp_path / name for name in ("key.pem", "cert.pem", "request.pem"))
        names = tmp_path / "names"
        names.write_text("subjectAltName=IP:127.0.0.1\n")
        subject = ["-subj", "/CN=127.0.0.1"]
        new = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", *subject]
        sign = ["openssl", "x509", "-req", "-days", str(days), "-extfile", names]
        for command in (
            [*new, "-keyout", key, "-out", request],
            [*sign, "-in", request, "-signkey", key, "-out", path],
        ):
            subprocess.run(command, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path, key)
        return path, context

    return make


def test_a_certificate_that_nobody_vouches_for_is_refused(published, place, certificate):
    _, context = certificate(days=1)
    with serving(Quiet, published.folder, context) as url:
        expect_failure(place, url, published.checksums, "certificate")


def test_an_expired_certificate_is_refused(published, place, certificate, monkeypatch):
    path, context = certificate(days=-1)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))  # so that its age is all that is wrong
    with serving(Quiet, published.folder, context) as url:
        expect_failure(place, url, published.checksums, "expired")


def test_a_certificate_that_is_vouched_for_is_accepted(published, place, certificate, monkeypatch):
    path, context = certificate(days=1)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with serving(Quiet, published.folder, context) as url:
        download(ARCHIVE, place, url, published.checksums)
    assert (place / "u1.base").exists()
