"""Model folders that are damaged, or of another run; trainings that cannot be."""

import numpy as np
import torch

from tests.hostile.changes import (
    DELETE,
    both,
    copied,
    cut,
    flipped,
    gone,
    in_json,
    param,
    put,
    tensor,
    text,
    without_folder,
)
from tests.hostile.project import MODEL, PREPARED, SETTINGS, WEIGHTS

EMBEDDING, FILTER = "embedding.weight", "filters.ranking.filters.co_occurrence.weight"
ITEMS = "filters.ranking.user_items"

TENSORS = [
    ("missing", gone(WEIGHTS), "weights.safetensors, got none"),
    ("cut", cut(WEIGHTS), "expected a whole file of tensors"),
    ("empty", text(WEIGHTS, ""), "expected a whole file of tensors"),
    ("header", text(WEIGHTS, b"\xff" * 8 + b"{}"), "expected a whole file of tensors"),
    ("another's", copied("models/shop-final/weights.safetensors", WEIGHTS), "the tensor offset"),
    ("a byte", flipped(WEIGHTS, 0.9), "weights.safetensors"),
    ("no embedding", tensor("shop-base", EMBEDDING, lambda t: torch.ones(3)), EMBEDDING),
    ("NaN", tensor("shop-base", EMBEDDING, put((0, 0), np.nan)), f"finite numbers in {EMBEDDING}"),
    (
        "zeros",
        tensor("shop-base", EMBEDDING, lambda t: t * 0),
        f"weights in {EMBEDDING}, got zeros",
    ),
    ("int8", tensor("shop-base", EMBEDDING, lambda t: t.to(torch.int8)), "torch.float32 in"),
    ("a row less", tensor("shop-base", EMBEDDING, lambda t: t[:-1]), f"(38, 4) of {EMBEDDING}"),
    ("a tensor less", tensor("shop-base", "offset", lambda _: None), "the tensor offset, got none"),
]
FILTERS = [
    ("weight's shape", tensor("shop-final", FILTER, lambda t: t[:, :-1]), f"(14, 14) of {FILTER}"),
    ("weight's type", tensor("shop-final", FILTER, lambda t: t.half()), f"float32 in {FILTER}"),
    (
        "weight NaN",
        tensor("shop-final", FILTER, put((0, 1), np.nan)),
        f"finite numbers in {FILTER}",
    ),
    ("no weight", tensor("shop-final", FILTER, lambda _: None), "the shape (1,) of weight"),
    ("column", tensor("shop-final", f"{ITEMS}.column", put(0, 9999)), "numbers below 14 in"),
    ("offset", tensor("shop-final", f"{ITEMS}.offset", put(1, 9999)), f"{ITEMS}.offset"),
    ("shape", tensor("shop-final", f"{ITEMS}.shape", put(0, 10**6)), f"{ITEMS}.shape"),
    ("value", tensor("shop-final", f"{ITEMS}.value", lambda t: t[:-1]), f"{ITEMS}.value"),
    ("user", tensor("shop-final", "filters.rating.user", put(0, -1)), "filters.rating.user"),
    ("dual", tensor("shop-final", "filters.rating.dual", lambda t: t[1:]), "filters.rating.dual"),
]
OF_SETTINGS = [
    ("missing", gone(SETTINGS), "settings.json, got none"),
    ("cut", cut(SETTINGS, 50), "Invalid JSON"),
    ("a list", text(SETTINGS, "[]"), "expected what a stage has written"),
    ("no run", in_json(SETTINGS, "run", DELETE), "at run: Field required"),
    ("layers", in_json(SETTINGS, "run/layers", 99), "at run.layers"),
    ("other layers", param("runs/shop-base/layers", 4), "trained with run.layers 4"),
    ("other model", param("runs/shop-base/model", "ngcf"), "run `dvc repro train@shop-base` first"),
    ("other seed", param("seed", 1), "trained with seed 1, as params.yaml says, got 2020"),
    ("other data", copied("models/club-base/data.npz", f"{MODEL}/data.npz"), "shop-base"),
    ("no data", gone(f"{MODEL}/data.npz"), "data.npz, got none"),
]
TRAINING = [
    ("cuda", param("device", "cuda"), "expected a CUDA device, got none"),
    ("neighbours", param("train/num_neighbors", [2]), "train.num_neighbors: expected []"),
    ("divergence", param("hyperparameters/small/learning_rate", 1e30), "lower the learning rate"),
    ("not prepared", gone(PREPARED), "training.npz, got none"),
    ("a file for the folder", both(without_folder(MODEL), text(MODEL, "")), MODEL),
]

CASES = [
    *((f"weights: {name}", change, "evaluate shop-base", told) for name, change, told in TENSORS),
    *((f"filters: {name}", change, "evaluate shop-final", told) for name, change, told in FILTERS),
    *((f"model: {name}", change, "evaluate shop-base", told) for name, change, told in OF_SETTINGS),
    *((f"train: {name}", change, "train shop-base", told) for name, change, told in TRAINING),
]
