"""The page in a real browser: what a person sees, types and hears on it."""

import pytest

from graphrec.answers.predictor import Predictor
from tests.answers.page.site import (
    EVENTS,
    EVENTS_RUN,
    MARKUP,
    ODD_USER,
    OTHER_RUN,
    RATED,
    RUN,
)

expect = pytest.importorskip("playwright.sync_api", reason="needs playwright").expect


def titles(predictor, history, k=10):
    (best,) = predictor.recommend([history], k)
    return [str(predictor.data.items.titles[each.item]) for each in best]


def listed(page, expected):
    """The titles of the list, once they are those expected or time is up."""
    shown = page.locator(".recommendations summary > .title")
    page.wait_for_function(
        "titles => JSON.stringify(titles) === JSON.stringify([...document.querySelectorAll("
        "'.recommendations summary > .title')].map((each) => each.textContent))",
        arg=expected,
    )
    return shown.all_text_contents()


def test_a_known_user_is_searched_for_and_gets_the_predictors_list(open_page, predictor):
    page = open_page(run=RUN)
    number = 3
    user = str(predictor.data.users.ids[number])
    search = page.get_by_role("combobox", name="Find a user")
    search.click()
    search.press_sequentially(user)
    page.locator(f"[role=option]:has(span:text-is('{user}'))").wait_for()
    search.press("ArrowDown")
    assert search.get_attribute("aria-activedescendant")
    search.press("Enter")
    expected = titles(predictor, predictor.known(number))
    assert listed(page, expected) == expected
    assert f"user={user}" in page.url
    page.get_by_role("heading", name=f"Recommended for user {user}").wait_for()
    history = page.locator(".history li")
    expect(history).to_have_count(len(predictor.known(number)))


def test_a_link_restores_an_odd_id_and_its_open_reason(open_page, predictor):
    expected = titles(predictor, predictor.known(0))
    (best,) = predictor.recommend([predictor.known(0)], 1)
    page = open_page(run=RUN, user=ODD_USER, why=str(predictor.data.items.ids[best[0].item]))
    assert listed(page, expected) == expected
    page.get_by_role("heading", name=f"Recommended for user {ODD_USER}").wait_for()
    page.get_by_text("How its score adds up").wait_for()
    page.reload()
    page.get_by_text("How its score adds up").wait_for()


def test_someone_new_likes_items_and_takes_one_back(open_page, predictor):
    page = open_page(run=RUN)
    page.get_by_label("Someone new").check()
    page.get_by_text("these are the most popular").wait_for()
    nothing = titles(predictor, predictor.newcomer([], []))
    assert listed(page, nothing) == nothing
    chosen = [5, 9]
    for item in chosen:
        search = page.get_by_role("combobox", name="Add a movie")
        search.fill(str(predictor.data.items.ids[item]))
        search.press("Enter")
        page.get_by_role("button", name=f"Remove {predictor.data.items.titles[item]}").wait_for()
    expected = titles(predictor, predictor.newcomer(chosen, [5.0, 5.0]))
    assert listed(page, expected) == expected
    page.get_by_label(f"rating of {predictor.data.items.titles[5]}").select_option("1")
    expected = titles(predictor, predictor.newcomer(chosen, [1.0, 5.0]))
    assert listed(page, expected) == expected
    page.reload()
    assert listed(page, expected) == expected
    remove = page.get_by_role("button", name=f"Remove {predictor.data.items.titles[5]}")
    remove.press("Enter")
    expected = titles(predictor, predictor.newcomer([9], [5.0]))
    assert listed(page, expected) == expected
    page.go_back()
    expect(page.locator(".chips li")).to_have_count(2)


def test_why_has_reasons_a_split_that_adds_up_and_the_graph(open_page, predictor):
    page = open_page(run=RUN, user=str(predictor.data.users.ids[2]))
    page.locator(".recommendations summary").first.click()
    history = predictor.known(2)
    (best,) = predictor.recommend([history], 1)
    explanation = predictor.explain(history, best[0].item)
    reasons = [str(predictor.data.items.titles[each.item]) for each in explanation.because]
    page.locator(".split").wait_for()
    assert page.locator(".reasons .title").all_text_contents() == reasons
    shown = page.locator(".split tbody td.figure").all_text_contents()
    sizes = [float(each.replace("−", "-").replace(",", "")) for each in shown]
    assert sizes == pytest.approx([part.value for part in explanation.parts], abs=0.006)
    assert page.locator(".split tfoot .figure").text_content() == f"{explanation.score:.2f}"
    assert page.locator(".graph svg .node").count() >= 2 + len(reasons)
    page.get_by_text("The same as a list").click()
    for reason in reasons:
        assert page.locator("figure li").filter(has_text=f"had {reason}").count() >= 1


def test_similar_items_of_a_recommended_one(open_page, predictor):
    page = open_page(run=RUN, user=str(predictor.data.users.ids[2]))
    first = page.locator(".recommendations > li").first
    first.locator("summary").first.press("Enter")
    first.get_by_role("button", name="Similar movies").press("Enter")
    item = predictor.recommend([predictor.known(2)], 1)[0][0].item
    name = str(predictor.data.items.titles[item])
    heading = page.get_by_role("heading", name=f"Similar to {name}")
    heading.wait_for()
    page.locator(".similar li").first.wait_for()
    expected = [str(predictor.data.items.titles[other]) for other, _ in predictor.similar(item, 10)]
    assert page.locator(".similar li button").all_text_contents() == expected
    assert heading.evaluate("heading => heading === document.activeElement")


def test_titles_are_texts(open_page):
    page = open_page(run=RUN, new=1)
    page.locator(".recommendations .title").filter(has_text=MARKUP).wait_for()
    assert page.locator("img").count() == 0
    assert page.title() != "run"


def test_a_data_set_of_events_has_its_own_words_and_no_ratings(open_page, site_paths):
    page = open_page()
    expect(page.get_by_label("Data set")).to_have_value(RATED)
    expect(page.locator("#run")).to_have_value(OTHER_RUN)
    page.get_by_label("Data set").select_option(EVENTS)
    page.get_by_text("chance of a credit").first.wait_for()
    page.get_by_label("A known actor").wait_for()
    page.get_by_label("Someone new").check()
    search = page.get_by_role("combobox", name="Add a movie")
    search.fill(str(Predictor.load(site_paths.model(EVENTS_RUN)).data.items.ids[1]))
    search.press("Enter")
    page.locator(".chips li").wait_for()
    assert page.locator(".chips select").count() == 0


def test_curves_and_measures(open_page):
    page = open_page(run=RUN)
    page.get_by_role("link", name="Training").click()
    page.get_by_role("img").first.wait_for()
    expect(page.get_by_role("img")).to_have_count(2)
    expect(page.locator(".chart").first.locator(".series")).to_have_count(2)
    page.get_by_text("The same as a table").first.click()
    expect(page.locator("figure table").first.locator("tbody tr")).to_have_count(2)
    measures = page.locator(".measures")
    assert "chosen" in measures.locator("tr").filter(has_text=OTHER_RUN).text_content()
    assert "0.751 ± 0.010" in measures.locator("tr").filter(has_text="popularity").text_content()
    page.get_by_label("Validation").check()
    page.get_by_role("button", name=OTHER_RUN).click()
    page.locator(f"button[aria-pressed=true]:has-text('{OTHER_RUN}')").wait_for()
    assert f"run={OTHER_RUN}" in page.url
