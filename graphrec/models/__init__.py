"""The recommenders: `ngcf`, `ngcf_final` and `lightgcn` in params.yaml, and their parts."""

from graphrec.models.lightgcn import LightGCN
from graphrec.models.ngcf import NGCF
from graphrec.models.ngcf_final import NGCF_Final
from graphrec.models.ranking_network import RankingNetwork
from graphrec.models.rating_network import RatingNetwork

Recommender = NGCF | NGCF_Final | LightGCN

__all__ = ["NGCF", "LightGCN", "NGCF_Final", "RankingNetwork", "RatingNetwork", "Recommender"]
