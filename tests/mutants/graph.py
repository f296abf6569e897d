"""Faults in the graph: degrees, masks, relations, parts of it and new edges."""

from tests.mutants.fault import faults_of

FAULTS = [
    *faults_of(
        "graph/bipartite.py",
        "graph/test_bipartite graph/test_training_edges",
        (".clamp_(min=1).rsqrt()", ".clamp_(min=1).reciprocal()"),
        ("(0, self.user, edge_mask.int())", "(0, self.user, torch.ones_like(self.user).int())"),
        ("(0, self.item, edge_mask.int())", "(0, self.item, torch.ones_like(self.item).int())"),
        ("edge_mask[e_id] = False", "edge_mask[e_id[1:]] = False"),
        ("torch.rand(self.num_edges) >= p", "torch.rand(self.num_edges) < p"),
        ("else drawn & edge_mask", "else drawn"),
        ("self.edge_type[edge] * self.num_nodes + sender", "sender"),
        (
            "_sort(sender, receiver, edge, (width, height), height)",
            "_sort(receiver, sender, edge, (height, width), height)",
        ),
        ("self.item, minlength=self.num_items", "self.item + 1, minlength=self.num_items"),
    ),
    *faults_of(
        "graph/bipartite.py",
        "graph/test_neighbors",
        (
            "return ~torch.isin(self.e_id, e_id)",
            "return torch.ones_like(self.e_id, dtype=torch.bool)",
        ),
    ),
    *faults_of(
        "graph/relations.py",
        "graph/test_relations graph/test_bipartite graph/test_training_edges",
        ('side="right") - 1', 'side="left")'),
        ("relation.clip(min=0)", "relation"),
        ("if len(levels) > MOST_RELATIONS", "if len(levels) >= MOST_RELATIONS"),
    ),
    *faults_of(
        "graph/new_edges.py",
        "models/test_fold_in",
        ("graph.item_degree.clamp(min=1)", "(graph.item_degree + 1)"),
        ("graph.item_degree.clamp(min=1)", "graph.item_degree"),
        ("max(len(self.item) - 1, 1)) ** 0.5", "max(len(self.item) - 1, 1))"),
        ("edge_types(new.rating, levels)", "edge_types(new.rating[::-1].copy(), levels)"),
        (".float().rsqrt()", ".float().reciprocal()"),
    ),
    *faults_of(
        "graph/neighbors.py",
        "graph/test_neighbors",
        (
            "negative=torch.searchsorted(items, batch.negative)",
            "negative=torch.searchsorted(items, batch.item)",
        ),
        (
            "torch.searchsorted(items, graph.item[e_id])",
            "torch.searchsorted(items, graph.item[e_id].flip(0))",
        ),
        ("graph.edge_type[e_id]", "graph.edge_type[: len(e_id)]"),
        ("generator.set_state(torch.get_rng_state())", "pass"),
    ),
]
