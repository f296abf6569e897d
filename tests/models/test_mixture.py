"""What held-out interactions teach about weights of scores: closed forms, and known answers."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from graphrec.models.mixture import Scored, fit_log_linear, fit_share, liked

USERS, ITEMS = 1500, 30


def draw(weight: list[float], level: tuple[float, float] | None, seed: int = 0):
    """Scores of two parts, their ratings, and an item for each user, drawn from the model."""
    generator = torch.Generator().manual_seed(seed)
    part = (
        torch.randn(len(weight), USERS, ITEMS, generator=generator)
        * torch.tensor([1.0, 5.0])[: len(weight), None, None]
    )
    score = torch.einsum("p,pni->ni", torch.tensor(weight), part)
    rating = None
    if level is not None:
        rating = 1 + 4 * torch.rand(USERS, ITEMS, generator=generator)
        score = score + liked(rating, *torch.tensor(level))
    item = torch.multinomial(score.softmax(dim=1), 1, generator=generator)[:, 0]
    every, row = Scored(part, rating), torch.arange(USERS)
    excluded = torch.zeros(USERS, ITEMS, dtype=torch.bool)
    excluded[row, item] = True
    return every, excluded, every.take(row, item), row


def likelihood(weight, level, every, excluded, positive, row) -> float:
    """Mean log likelihood, a held-out interaction at a time, in double precision."""
    total = 0.0
    for number, user in enumerate(row.tolist()):
        others = np.tensordot(weight, every.part[:, user].double().numpy(), 1)
        own = weight @ positive.part[:, number].double().numpy()
        if every.rating is not None:
            others += -np.log1p(np.exp(-level[0] * (every.rating[user].numpy() - level[1])))
            own += -np.log1p(np.exp(-level[0] * (positive.rating[number].item() - level[1])))
        others = others[~excluded[user].numpy()]
        total += own - np.log(np.exp(own) + np.exp(others).sum())
    return total / len(row)


@pytest.mark.parametrize("weight", [[0.8, 0.3], [1.5, 0.0], [0.0, 0.1]])
def test_known_weights_are_recovered_from_draws(weight):
    found, level = fit_log_linear(*draw(weight, None), 0.0)
    assert found.dtype == torch.float32
    # About four standard errors, of 1 / sqrt(users) over the spread of the part.
    np.testing.assert_allclose(found * torch.tensor([1.0, 5]), np.array(weight) * [1, 5], atol=0.2)
    assert level.tolist() == [1.0, 0.0]  # without ratings it stays


def test_known_weights_and_what_ratings_tell_are_recovered():
    found, level = fit_log_linear(*draw([0.8, 0.2], (2.0, 3.0)), 4.0)
    np.testing.assert_allclose(found, [0.8, 0.2], atol=0.12)
    np.testing.assert_allclose(level, [2.0, 3.0], atol=0.5)


@pytest.mark.parametrize("level", [None, (2.0, 3.0)])
def test_the_likelihood_is_at_its_maximum(level):
    """Against a search without derivatives, over a few users who have two items each."""
    every, excluded, positive, row = draw([0.8, 0.3], level)
    few, again = slice(0, 40), torch.arange(40)
    extra = torch.randint(ITEMS, (40,))
    excluded[again, extra] = True
    both = Scored.join([positive.take(few), every.take(again, extra)])
    problem = (every.take(few), excluded[few], both, torch.cat([row[few], again]))
    weight, found = fit_log_linear(*problem, 3.0)
    best = likelihood(weight.numpy(), found.numpy(), *problem)

    def loss(x: np.ndarray) -> float:
        return -likelihood(x[:2], x[2:] if level else found.numpy(), *problem)

    start = [0.5, 0.1, 1.0, 3.0][: 4 if level else 2]
    searched = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-8})
    assert best == pytest.approx(-searched.fun, abs=1e-4)


def test_what_is_excluded_tells_nothing():
    every, excluded, positive, row = draw([0.8, 0.3], None)
    excluded[:, 3] = True
    expected, _ = fit_log_linear(every, excluded, positive, row, 0.0)
    every.part[:, :, 3] = 50.0
    every.part[:, excluded] = 7.0
    # The scale that the search divides by follows all scores, so up to its own accuracy.
    found, _ = fit_log_linear(every, excluded, positive, row, 0.0)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_size_of_a_part_is_that_of_its_weight_turned_round():
    every, excluded, positive, row = draw([0.8, 0.3], None)
    weight, _ = fit_log_linear(every, excluded, positive, row, 0.0)
    size = torch.tensor([1e3, 1e-3])[:, None]
    larger = Scored(every.part * size[..., None]), excluded, Scored(positive.part * size), row
    again, _ = fit_log_linear(*larger, 0.0)
    np.testing.assert_allclose(again * size[:, 0], weight, rtol=1e-3)


def test_a_part_that_is_the_same_for_all_does_no_harm():
    every, excluded, positive, row = draw([0.8, 0.3], None)
    with_constant = (
        Scored(torch.cat([every.part, torch.ones(1, USERS, ITEMS)])),
        excluded,
        Scored(torch.cat([positive.part, torch.ones(1, USERS)])),
        row,
    )
    weight, _ = fit_log_linear(*with_constant, 0.0)
    expected, _ = fit_log_linear(every, excluded, positive, row, 0.0)
    assert torch.isfinite(weight).all()
    np.testing.assert_allclose(weight[:2], expected, atol=1e-2)


def test_fitting_twice_gives_the_same_bytes():
    problem = draw([0.8, 0.3], (2.0, 3.0))
    first, second = (fit_log_linear(*problem, 4.0) for _ in range(2))
    assert all(torch.equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_the_share_is_that_of_the_least_squared_error(seed):
    first, second, noise = torch.randn(3, 60, generator=torch.Generator().manual_seed(seed))
    target = 0.3 * first + 0.7 * second + noise
    shares = np.linspace(0, 1, 2001)[:, None]
    errors = ((shares * first.numpy() + (1 - shares) * second.numpy() - target.numpy()) ** 2).sum(1)
    share = fit_share(first, second, target)
    assert share.dtype == torch.float32
    assert share.item() == pytest.approx(shares[errors.argmin(), 0], abs=1e-3)


@pytest.mark.parametrize(("true", "expected"), [(1.7, 1.0), (-0.4, 0.0), (0.25, 0.25), (1.0, 1.0)])
def test_a_share_is_from_0_to_1(true, expected):
    first, second = torch.randn(2, 50)
    share = fit_share(first, second, true * first + (1 - true) * second)
    assert share.item() == pytest.approx(expected, abs=1e-5)


def test_parts_that_are_equal_have_some_share():
    assert 0 <= fit_share(torch.ones(4), torch.ones(4), torch.zeros(4)).item() <= 1


def test_liked_is_the_logarithm_of_a_chance():
    rating = torch.tensor([1.0, 3.0, 5.0])
    chance = liked(rating, torch.tensor(2.0), torch.tensor(3.0)).exp()
    np.testing.assert_allclose(chance, 1 / (1 + np.exp([4.0, 0, -4])), atol=1e-6)


def test_scores_are_taken_and_joined_with_their_ratings():
    part, rating = torch.randn(2, 4, 5), torch.randn(4, 5)
    scored = Scored(part, rating)
    row, item = torch.tensor([3, 0]), torch.tensor([1, 1])
    pairs = scored.take(row, item)
    assert torch.equal(pairs.part, part[:, row, item])
    assert torch.equal(pairs.rating, rating[row, item])
    columns = scored.take(slice(None), item)
    assert torch.equal(columns.part, part[:, :, item])
    joined = Scored.join([scored.take(slice(0, 1)), scored.take(slice(1, 4))])
    assert torch.equal(joined.part, part)
    assert torch.equal(joined.rating, rating)
    assert Scored.join([Scored(part), Scored(part)]).rating is None
