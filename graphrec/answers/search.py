"""Users or items as somebody types what they are called."""

import numpy as np

from graphrec.answers.catalogue import Catalogue
from graphrec.answers.named import Row
from graphrec.answers.titles import folded
from graphrec.data.interactions import IntArray


def search(catalogue: Catalogue, numbers: IntArray, text: str, most: int) -> list[Row]:
    """At most `most` of those whose id is `text`, or begins so, or whose title has it in it.

    In that order, titles that begin so first; then by how often they are in `numbers`. Each with
    id, title and that count. All of them for "".
    """
    count = np.bincount(numbers, minlength=len(catalogue))
    wanted = folded(text)
    ranked = []
    for number, (identity, title) in enumerate(zip(catalogue.ids, catalogue.titles, strict=True)):
        name = folded(title)
        matches = (
            identity == text.strip(),
            name.startswith(wanted),
            identity.startswith(text.strip()),
            f" {wanted}" in name,
            wanted in name,
        )
        if any(matches):
            ranked.append((matches.index(True), -int(count[number]), number))
    return [
        {
            "id": catalogue.ids[number],
            "title": catalogue.titles[number],
            "count": int(count[number]),
        }
        for _, _, number in sorted(ranked)[:most]
    ]
