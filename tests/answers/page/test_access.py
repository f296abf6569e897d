"""The page as everybody can use it: findings of axe, and errors that are said."""

import pytest

from tests.answers.page.site import RUN

WIDTHS = (1280, 390)


def test_errors_are_said(open_page):
    page = open_page(run=RUN, user="nobody")
    page.get_by_role("alert").filter(has_text="nobody").wait_for()
    assert len(page.faults) == page.faults.count(page.faults[0])  # the refused requests alone
    page.faults.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_serious_finding_of_axe(open_page, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe").Axe()
    for view in ({}, {"new": 1, "item": "7", "rating": "5"}, {"view": "training"}):
        page = open_page(width, scheme, run=RUN, **view)
        if "view" in view:
            page.locator(".measures").wait_for()
            for table in page.get_by_text("The same as a table").all():
                table.click()
        else:
            page.locator(".recommendations summary").first.click()
            page.locator(".graph svg").wait_for()
            page.get_by_text("The same as a list").click()
            page.locator(".combobox input:visible").first.click()
            page.locator("[role=option]").first.wait_for()
        findings = axe.run(page).response["violations"]
        grave = [each for each in findings if each["impact"] in ("serious", "critical")]
        assert grave == []
        width_of_all = page.evaluate("document.documentElement.scrollWidth")
        assert width_of_all <= width
