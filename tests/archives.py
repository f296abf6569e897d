"""The published archives as params.yaml has them."""

from graphrec.config.archives import ArchiveParams

ARCHIVES = {
    "movielens": ArchiveParams(
        url="https://files.grouplens.org/datasets/movielens/ml-100k.zip", folder="ml-100k"
    ),
    "imdb": ArchiveParams(
        url="https://www.dropbox.com/s/g0btk9ctr1es39x/IMDB_processed.zip?dl=1",
        name="IMDB_processed.zip",
    ),
}
