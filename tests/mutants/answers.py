"""Faults in what people are told: lists, explanations, answers to strangers."""

from tests.mutants.fault import faults_of

FAULTS = [
    *faults_of(
        "answers/explanation.py",
        "answers/test_explanation",
        ("np.argsort(-values, kind", "np.argsort(values, kind"),
        ("if values[row] > 0", "if values[row] < 0"),
        ("score - math.log(FLOOR)", "score"),
        ("weights[name] * share * added", "share * added"),
        ("(value - without)", "(without - value)"),
        ("(1 - share) * rating_filter.losses", "rating_filter.losses"),
        ("share * float(network)", "float(network)"),
        ("above / total if total > 0", "above if total > 0"),
        ("weight * network.item_scores", "network.item_scores"),
        ("new = train[np.flatnonzero(train.user == history.user)]", "pass"),
    ),
    *faults_of(
        "answers/predictor.py",
        "answers/test_predictor answers/test_new_people answers/test_choice",
        ("row[torch.from_numpy(history.item)] = -torch.inf", "pass"),
        ("scores[:, torch.from_numpy(~allowed)]", "scores[:, torch.from_numpy(allowed)]"),
        ("targets.clamp_(scale.minimum, scale.maximum)", "pass"),
        ("cosine[item] = -torch.inf", "pass"),
        ("concatenate([data.train, data.valid.interactions])", "concatenate([data.train])"),
        ("scores[cold], targets[cold] = self.popularity.score, self.popularity.target", "pass"),
        ("self.trained.item_vectors(), dim=1)", "self.trained.item_vectors(), dim=0)"),
    ),
    *faults_of(
        "answers/popularity.py",
        "answers/test_new_people answers/test_people",
        ("count / data.num_users", "count / len(train)"),
        ("data.num_items, ITEM_DAMPING)", "data.num_items, 2 * ITEM_DAMPING)"),
        ("target = mean + damped_means", "target = damped_means"),
    ),
    *faults_of(
        "answers/history.py",
        "answers/test_predictor answers/test_new_people",
        ("data.train.rating[data.relevant(data.train)]", "data.train.rating"),
        ("History(item[order], rating[order])", "History(item[order], rating)"),
        ("rest = self.item != item", "rest = self.item == item"),
    ),
]
