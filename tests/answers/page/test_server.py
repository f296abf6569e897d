"""The page's server: what it tells whom, and how it starts."""

import socket

import pytest

from graphrec.answers.page.__main__ import main
from graphrec.answers.page.app import make_app
from graphrec.config.paths import Paths
from tests.answers.asking import ask
from tests.answers.page.site import ODD_USER, OTHER_RUN, RATED, RUN


@pytest.fixture(scope="module")
def app(site_paths):
    return make_app(site_paths)


def test_runs_come_by_data_set_with_the_best_on_validation(app):
    datasets = ask(app, "GET", "/page/datasets").json()
    assert datasets[0]["name"] == RATED  # it has ratings
    assert {run["name"] for run in datasets[0]["runs"]} == {RUN, OTHER_RUN}
    assert datasets[0]["best"] == OTHER_RUN
    assert datasets[1]["best"] in {run["name"] for run in datasets[1]["runs"]}


def test_nothing_comes_from_elsewhere_and_no_script_from_within(app):
    for address in ("/", "/main.js", "/page/datasets", f"/runs/{RUN}/api/about"):
        answer = ask(app, "GET", address)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
    assert "http" not in ask(app, "GET", "/").text


def test_only_names_of_this_machine_are_answered(app, site_paths):
    for host, status in (("localhost", 200), ("127.0.0.1:8000", 200), ("example.org", 400)):
        assert ask(app, "GET", "/", headers={"Host": host}).status_code == status
    opened = make_app(site_paths, ("*",))
    assert ask(opened, "GET", "/", headers={"Host": "example.org"}).status_code == 200


def test_an_unknown_run_or_data_set_is_named_beside_the_known(app):
    for address in ("/runs/nothing/api/about", "/runs/../api/about", "/runs/%2e%2e/api/about"):
        assert ask(app, "GET", address).status_code == 404
    assert RUN in ask(app, "GET", "/runs/nothing/api/about").json()["detail"]
    answer = ask(app, "GET", "/page/training", params={"dataset": "nothing"})
    assert answer.status_code == 404
    assert RATED in answer.json()["detail"]


def test_any_id_can_be_asked_about(app):
    user = ask(app, "GET", f"/runs/{RUN}/page/user", params={"user": ODD_USER}).json()
    assert user["user"] == ODD_USER
    ratings = [each["rating"] for each in user["items"]]
    assert ratings == sorted(ratings, reverse=True)


def test_why_of_someone_new_and_of_nobody(app):
    items = ask(app, "GET", f"/runs/{RUN}/api/items").json()
    body = {"items": [items[0]["id"]], "ratings": [5.0], "item": items[1]["id"]}
    why = ask(app, "POST", f"/runs/{RUN}/page/why", json=body).json()
    assert sum(part["value"] for part in why["parts"]) == pytest.approx(why["score"], abs=1e-4)
    assert {each["item"] for each in why["because"]} <= {items[0]["id"]}
    for relation in why["relations"]:
        assert {link["item"] for link in relation["links"]} <= {items[0]["id"]}
    cold = ask(app, "POST", f"/runs/{RUN}/page/why", json={"items": [], "item": items[0]["id"]})
    assert cold.json()["cold"] is True
    assert (cold.json()["because"], cold.json()["relations"]) == ([], [])


def test_what_is_asked_amiss_is_refused_in_words(app):
    for body in ({"item": "1"}, {"user": "nobody", "item": "1"}, {"items": [], "item": "nothing"}):
        answer = ask(app, "POST", f"/runs/{RUN}/page/why", json=body)
        assert answer.status_code == 422
        assert "expected" in answer.json()["detail"]


def test_without_evaluations_there_are_curves_alone(site_paths, tmp_path):
    (tmp_path / "models").symlink_to(site_paths.root / "models")
    app = make_app(Paths(tmp_path))
    training = ask(app, "GET", "/page/training", params={"dataset": RATED}).json()
    assert training["measures"] == []
    assert [len(each["columns"]["train_mse"]) for each in training["curves"]] == [2, 2]


def test_a_taken_port_is_said_with_a_way_out(site_paths, monkeypatch):
    monkeypatch.chdir(site_paths.root)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"got {port} .*make demo PORT={port + 1}"):
            main(["--port", str(port)])


def test_no_run_and_no_address_are_said(site_paths, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="expected trained runs in models/, got none"):
        main([])
    monkeypatch.chdir(site_paths.root)
    with pytest.raises(SystemExit, match="expected an address of this machine"):
        main(["--host", "no.such.invalid"])
