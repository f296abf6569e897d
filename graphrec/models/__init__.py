"""The recommenders: `ngcf` and `ngcf_final` in params.yaml, and the parts of the latter."""

from graphrec.models.ngcf import NGCF
from graphrec.models.ngcf_final import NGCF_Final
from graphrec.models.ranking_network import RankingNetwork
from graphrec.models.rating_network import RatingNetwork

Recommender = NGCF | NGCF_Final

__all__ = ["NGCF", "NGCF_Final", "RankingNetwork", "RatingNetwork", "Recommender"]
