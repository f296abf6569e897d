"""The notebook, executed from the first cell to the last on the real data."""

import os
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from tests.imports import ROOT

TOUR = ROOT / "docs" / "tour.ipynb"


@pytest.fixture(scope="module")
def tour(mirror, tmp_path_factory) -> nbformat.NotebookNode:
    root = tmp_path_factory.mktemp("tour")
    (root / "docs").mkdir()
    shutil.copy(ROOT / "params.yaml", root)
    (root / "graphrec").symlink_to(ROOT / "graphrec")
    notebook = nbformat.read(TOUR, as_version=4)
    environment = {**os.environ, "DATA_MIRROR": str(mirror.resolve()), "PYTHONPATH": str(root)}
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": root / "docs"}},
    )
    client.execute(env=environment)
    return notebook


def outputs_of(notebook: nbformat.NotebookNode) -> list:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def printed(tour: nbformat.NotebookNode) -> str:
    return "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in outputs_of(tour)
    )


def test_the_tour_runs_from_the_first_cell_to_the_last(tour):
    text = printed(tour)
    assert "MovieLensDataset, soft sampling 0.8" in text
    assert "test_loss" in text
    assert any("image/png" in output.get("data", {}) for output in outputs_of(tour))


def test_the_tour_is_kept_without_its_outputs():
    notebook = nbformat.read(TOUR, as_version=4)
    nbformat.validate(notebook)
    assert not outputs_of(notebook)
