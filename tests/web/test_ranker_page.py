"""The page about the order of articles."""

from copilot.store import rankers
from copilot.store.tables import RankerVersion
from knowledge.ranker import BUILT_IN, Ranker


def live_version(desk):
    row = RankerVersion(
        verdicts_up_to=7, state="live", model=Ranker((*BUILT_IN[:3], 0.4, 0.0, 0.0)).to_dict(), by="learning",
        figures={"judged": 220, "known": 200, "before": 150, "after": 170}, reason="Better.", at=desk.now(),
    )  # fmt: skip
    desk.do(lambda session: session.add(row))


def test_an_empty_page_says_what_is_missing(signed_in):
    """Before any verdicts the page shows the built-in order and how many verdicts are wanted."""
    html = signed_in("admin").get("/admin/order").text
    assert "The built-in order is in force" in html
    assert "0 of 200 verdicts" in html
    assert "Nothing has been tried yet" in html


def test_a_live_order_can_be_taken_back_with_one_click(signed_in, desk):
    """The page tells what a version rests on; one click brings the built-in order, another lets learning go on."""
    live_version(desk)
    admin = signed_in("admin")
    html = admin.get("/admin/order").text
    assert "75.0% → 85.0% of 200" in html
    assert "0.400" in html
    assert "Take back" in html
    assert admin.post("/admin/order/built-in", follow_redirects=True).status_code == 200
    assert desk.do(rankers.served) == Ranker()
    html = admin.get("/admin/order").text
    assert "is held" in html
    assert admin.post("/admin/order/learning", follow_redirects=True).status_code == 200
    assert admin.post("/admin/order/versions/1", follow_redirects=True).status_code == 200
    assert desk.do(rankers.served).weights[3] == 0.4


def test_only_admins_see_the_order(signed_in):
    """An agent is refused."""
    assert signed_in("agent").get("/admin/order").status_code == 403
