"""The order of the queue: the document by API, the page with its preview, handling times where they are shown."""

import json
from datetime import timedelta

import pytest

from copilot import reserve_curve
from copilot.store import tickets
from copilot.web.queue_presenter import handling_words
from copilot.web.ranking_presenter import means, trade_view
from sla.handling import HandlingTimes
from tests.copilot.test_queue import fill
from tests.copilot.test_queue_terms import answer


def test_the_document_by_api(desk, client):
    """It is 2 % until an admin puts another one in force; nonsense is refused by name; agents may only read."""
    admin, agent = desk.bearer("admin"), desk.bearer("agent")
    assert client.get("/api/v1/ranking", headers=agent).json() == {"reserve": 0.02}
    assert client.put("/api/v1/ranking", json={"reserve": 0.1}, headers=agent).status_code == 403
    assert client.put("/api/v1/ranking", json={"reserve": 0.1}, headers=admin).json() == {"version": 1}
    assert client.get("/api/v1/ranking", headers=agent).json() == {"reserve": 0.1}
    assert client.put("/api/v1/ranking", json={}, headers=admin).json() == {"version": 2}
    assert client.get("/api/v1/ranking", headers=agent).json() == {"reserve": 0.02}
    for document, field in (({"reserve": 0.5}, "reserve"), ({"share": 0.1}, "share"), ([], "ranking")):
        answer = client.put("/api/v1/ranking", json=document, headers=admin)
        assert (answer.status_code, field in answer.text) == (422, True)


def crowded(desk):
    """A backlog with so much overdue that the least share is what counts; the subject is the ticket's number."""
    fill(desk, 600, late=0.7, paused=0)
    desk.do(lambda s: [setattr(tickets.find(s, id), "subject", f"Ticket {id}") for id in range(1, 601)])


def order(client, headers):
    """The first twenty of the queue by API."""
    return [row["ticket_id"] for row in client.get("/api/v1/queue?limit=20", headers=headers).json()["items"]]


def test_the_queue_follows_the_reserve(desk, client):
    """By API more of the first places are kept for overdue tickets when the share is larger."""
    crowded(desk)
    agent = desk.bearer("agent")

    def reserved():
        rows = client.get("/api/v1/queue?limit=60", headers=agent).json()["items"]
        return sum("kept for overdue" in row["why"] for row in rows)

    before = reserved()
    desk.configure("ranking", {"reserve": 0.2})
    assert 0 < before < reserved() == 12


def test_an_admin_sees_what_a_reserve_would_change_and_saves_it(desk, signed_in):
    """The preview shows both orders of this moment and saves nothing; what is saved stands as it was shown."""
    crowded(desk)
    browser, agent = signed_in("admin"), desk.bearer("agent")
    page = browser.get("/admin/ranking").text
    assert "at least 2 %" in page
    assert "about 1 place in 50, 1 min 12 s of an hour" in page
    assert "Simulated: 5 agents round the clock" in page
    assert "answerable eval reserve" in page
    now = order(browser, agent)
    preview = browser.post("/admin/ranking/preview", data={"reserve": "0.2"}).text
    assert "Now, with 2 %" in preview
    assert "would stand elsewhere" in preview
    assert "from further down" in preview
    assert "kept for overdue" in preview
    assert order(browser, agent) == now
    saved = browser.post("/admin/ranking", data={"reserve": "0.2"}).text
    assert "Saved." in saved
    assert "at least 20 %" in saved
    then = order(browser, agent)
    assert then != now
    for place, (before, after) in enumerate(zip(now, then, strict=True), start=1):
        row = preview.split(f'class="number">{place}</th>')[1].split("</tr>")[0]
        left, right = row.split("<td>")[1:]
        assert (f'"/tickets/{before}"' in left, f'"/tickets/{after}"' in right) == (True, True)


def test_the_workspace_follows_the_reserve(desk, signed_in):
    """The page of the queue stands in the order of the API."""
    crowded(desk)
    desk.configure("ranking", {"reserve": 0.2})
    browser = signed_in()
    html = browser.get("/queue").text
    places = [html.index(f'"/tickets/{id}"') for id in order(browser, desk.bearer("agent"))]
    assert places == sorted(places)


@pytest.mark.parametrize("typed", ["", "much", "0", "0.3", "nan", "1e999"])
def test_a_reserve_that_makes_no_sense_is_refused(desk, signed_in, typed):
    """The page says so, naming the field, and nothing changes."""
    browser = signed_in("admin")
    for path in ("/admin/ranking", "/admin/ranking/preview"):
        refused = browser.post(path, data={"reserve": typed})
        assert (refused.status_code, "<code>reserve</code>" in refused.text) == (422, True)
    assert "at least 2 %" in browser.get("/admin/ranking").text


def test_only_admins(signed_in):
    """Agents have no business there."""
    browser = signed_in("agent")
    assert browser.get("/admin/ranking").status_code == 403
    assert browser.post("/admin/ranking", data={"reserve": "0.1"}).status_code == 403
    assert browser.post("/admin/ranking/preview", data={"reserve": "0.1"}).status_code == 403


def test_an_empty_queue_has_a_preview(desk, signed_in):
    """It says that nothing waits; a reserve set by API stands among the choices."""
    desk.configure("ranking", {"reserve": 0.035})
    html = signed_in("admin").post("/admin/ranking/preview", data={"reserve": "0.05"}).text
    assert "Nothing waits at the moment" in html
    assert 'value="0.035"' in html


def test_the_house_s_own_simulation_goes_before_the_shipped_one(desk, services, signed_in):
    """What `eval reserve` wrote into the data folder is shown; a broken file is passed over."""
    own = services.settings.data_dir / reserve_curve.NAME
    document = json.loads(reserve_curve.SHIPPED.read_text())
    own.write_text(json.dumps({**document, "agents": 1, "shape": "one agent", "seeds": 1}))
    browser = signed_in("admin")
    page = browser.get("/admin/ranking").text
    assert "Simulated: one agent round the clock for 10 days of the kind “one agent”, one run." in page
    assert "The figures are your own" in page
    for broken in (
        "{",
        "[]",
        "{}",
        json.dumps({**document, "loads": []}),
        " " * 2_000_000,
        '{"loads": [{"load": "x"}]}',
    ):
        own.write_text(broken)
        assert "The figures came with the product" in browser.get("/admin/ranking").text


def test_the_shipped_curve_is_a_trade(tmp_path):
    """At either load a larger reserve never keeps more and is never later; the plots hold both measures."""
    curve = reserve_curve.read(tmp_path)
    assert (curve.shipped, curve.agents, list(curve.loads)) == (True, 5, [1.0, 1.2])
    for points in curve.loads.values():
        kept, late = [p.kept for p in points], [p.late_hours for p in points]
        assert (kept, late) == (sorted(kept, reverse=True), sorted(late, reverse=True))
    kept, late = trade_view(curve, 0.02).plots
    assert dict(kept.rows)["2 %"] == ("99.1 %", "92.8 %")
    assert dict(late.rows)["20 %"] == ("5.9 h", "99.6 h")


@pytest.mark.parametrize(("reserve", "words"), [(0.005, "1 place in 200, 18 s"), (0.2, "1 place in 5, 12 min")])
def test_a_share_in_words(reserve, words):
    """As places and as time of an hour."""
    assert means(reserve) == f"about {words} of an hour"


def test_handling_times_are_shown(desk, client, signed_in):
    """Assumed at first; once measured the API and the overview say from how much."""
    agent = desk.bearer("agent")
    handling = client.get("/api/v1/queue/load", headers=agent).json()["handling"]
    assert handling == {"team_minutes": 6.0, "measured": False, "observations": 0, "categories": []}
    answer(desk, 41, minutes=3)
    desk.now.advance(timedelta(minutes=10))
    handling = client.get("/api/v1/queue/load", headers=agent).json()["handling"]
    assert handling == {
        "team_minutes": 4.0, "measured": True, "observations": 40,
        "categories": [{"category": "refund", "minutes": 3.33, "observations": 40}],
    }  # fmt: skip
    page = signed_in("admin").get("/admin").text
    assert "An answer takes about 4 min: measured from 40 finished tickets; Refunds 3 min." in page


def test_what_is_not_yet_measured_is_said():
    """Nothing, too little, and times below a minute."""
    assert "is taken to need about 6 min" in handling_words(HandlingTimes(), {})
    assert "mostly assumed, with 1 finished ticket so far" in handling_words(HandlingTimes(observations=1), {})
    quick = HandlingTimes(timedelta(seconds=45), 30, {"spam": timedelta(seconds=20)}, {"spam": 30})
    assert handling_words(quick, {}) == "An answer takes about 45 s: measured from 30 finished tickets; spam 20 s."
