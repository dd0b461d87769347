"""The reports on their page, as a file and over the API: who may see them, what they say, what they refuse."""

import csv
import io
import json
import re
from datetime import date, timedelta
from html import unescape
from threading import Event

import pytest

from copilot import reports
from copilot.report_cases import Period
from copilot.web.report_presenter import percent, safe
from sla.compliance import Rate
from tests.builders import REFUND_FACT

API, PAGE = "/api/v1/reports/compliance", "/admin/reports"
NONSENSE = [
    ("from=yesterday", "from"),
    ("to=2026-02-30", "to"),
    ("from=2026-03-05&to=2026-03-01", "to"),
    ("from=2001-01-01&to=2026-01-01", "from"),
    ("auto_sent=perhaps", "auto_sent"),
    ("from=%00", "from"),
    ("from=" + "9" * 41, "from"),
]


@pytest.fixture
def history(desk):
    """One promise kept by a person, one broken and still open, one kept by the copilot alone."""
    desk.automate("refund")
    desk.open(f"{REFUND_FACT} When do I get my refund?", email="auto@example.com")
    kept = desk.open("Where is my tent?", email="kept@example.com", segment="=cmd()")
    desk.open("Where is my stove?", email="broken@example.com", segment="<b>vip</b>")
    desk.process()
    desk.now.advance(seconds=31)
    desk.deliver()
    desk.now.advance(minutes=5)
    desk.write(kept, "In the post.", "outbound")
    desk.now.advance(hours=3)
    return desk


def test_a_program_reads_the_report(client, history):
    """Rates, what they say in words, every way to cut them, and where the time went."""
    found = client.get(f"{API}?from=2026-03-02&to=2026-03-02", headers=history.bearer()).json()
    assert found["promise"] == {"kept": 2, "broken": 1, "still_open": 1, "percent": pytest.approx(200 / 3)}
    assert found["promise_by_people"]["kept"] == 1
    assert (found["from"], found["to"], found["tickets"]) == ("2026-03-02", "2026-03-02", 3)
    assert "2 of 3 promises to customers were kept" in found["says"]
    assert "A timer belongs to the day on which it was due" in found["counts"]
    assert set(found["by"]) == {
        *("metric", "priority", "category", "channel", "segment", "answered_by", "weekday", "hour", "day")
    }
    assert found["breaches"]["latest"][0]["seconds"]
    without = client.get(f"{API}?auto_sent=false", headers=history.bearer()).json()
    assert (without["promise"]["kept"], without["promise"]["broken"]) == (1, 2)


@pytest.mark.parametrize(("query", "field"), NONSENSE)
def test_nonsense_names_the_parameter(client, desk, query, field):
    """A wrong parameter is a problem that names it."""
    answer = client.get(f"{API}?{query}", headers=desk.bearer())
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["errors"][0]["field"] == field


def test_reports_are_for_admins(client, signed_in, desk):
    """Neither an agent nor an agent's key sees them."""
    assert client.get(API, headers=desk.bearer("agent")).status_code == 403
    agent = signed_in("agent")
    for path in (PAGE, f"{PAGE}/compliance.csv", f"{PAGE}/advice"):
        assert agent.get(path).status_code == 403


def test_the_page_says_what_it_counts(signed_in, history):
    """Figures, words, plots with the same figures as tables, breaches and no inline code."""
    html = signed_in("admin").get(PAGE).text
    for text in (
        "66.6 %",
        "2 of 3 promises to customers were kept",
        "on 3 tickets; nothing is left out",
        "By hour of the day",
    ):
        assert text in html
    assert "Waiting for an agent" in html
    assert "<script>" not in html
    assert " style=" not in html
    assert "<b>vip</b>" not in html
    points = json.loads(unescape(re.search(r'data-plot="([^"]+)"', html)[1]))
    assert points["kind"] == "line"
    assert (len(points["labels"]), points["totals"][-1], points["promise"][0]) == (30, 3, None)


def test_the_page_without_automatic_replies(signed_in, history):
    """The choice is kept in the form, the periods and the file."""
    html = signed_in("admin").get(f"{PAGE}?auto_sent=false").text
    assert "Auto-sent replies are left out" in html
    assert "auto_sent=false" in re.search(r'href="(/admin/reports/compliance.csv[^"]+)"', html)[1]


def test_an_empty_period_is_said(signed_in, desk):
    """Before anything fell due the page says so."""
    html = signed_in("admin").get(PAGE).text
    assert "Nothing fell due in this period" in html
    assert "No ticket came" not in html


def test_a_wrong_period_is_said_on_the_page(signed_in, desk):
    """A period that makes no sense is said beside the default one."""
    answer = signed_in("admin").get(f"{PAGE}?from=2026-03-05&to=2026-03-01")
    assert answer.status_code == 422
    assert "to must not lie before from." in answer.text


def test_the_file_holds_every_rate(signed_in, history):
    """One row for each group and measure; no cell is a formula."""
    answer = signed_in("admin").get(f"{PAGE}/compliance.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert rows[0] == {
        "by": "all", "name": "all", "measure": "promise", "kept": "2", "broken": "1", "still_open": "1",
        "percent": "66.67",
    }  # fmt: skip
    assert "'=cmd()" in {row["name"] for row in rows if row["by"] == "segment"}
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


def test_the_advisor_answers_a_proposal(signed_in, history):
    """The part of the page says what could be kept, and what the proposed promise would have kept."""
    client = signed_in("admin")
    html = client.get(f"{PAGE}/advice?metric=first_response&priority=normal&within=10m").text
    assert "First response within 10 m at normal priority would have been kept 2 times of 3: 66 %" in html
    assert "Promised now" in html
    refused = client.get(f"{PAGE}/advice?metric=first_response&within=soon")
    assert refused.status_code == 422
    assert "soon" in refused.text


def test_an_unknown_policy_is_the_default_one(signed_in, history):
    """A policy that is no longer there does not break the page."""
    assert "Round the clock" in signed_in("admin").get(f"{PAGE}/advice?policy=Gone").text


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(Rate(), "–"), (Rate(999, 1), "99.9 %"), (Rate(9999, 1), "99.9 %"), (Rate(5, 0), "100 %"), (Rate(0, 5), "0 %")],
)
def test_percentages_are_cut(rate, expected):
    """Only when all were kept does it say 100 %."""
    assert percent(rate) == expected


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formulas_are_defused(cell):
    """A spreadsheet takes the cell as text."""
    assert safe(cell) == f"'{cell}"
    assert safe("refund") == "refund"


def test_a_deadline_says_what_was_promised(signed_in, history):
    """In the workspace each timer explains the promise in plain words, of its own metric only."""
    html = signed_in("agent").get("/tickets/3").text
    panel = html[html.index('id="timers-title"') :]
    assert panel.count("What the customer was promised") == 2
    assert "You receive our first response within 1 hour, whatever the priority." in panel
    assert "We promise no time for" not in panel


def test_the_plain_words_leave_goals_out(signed_in, history):
    """What is quoted to agents as promised never holds the internal goal."""
    html = signed_in("agent").get("/tickets/3").text
    assert "30 minutes" not in html[html.index('id="timers-title"') :]


def test_days_ahead_are_no_error(client, desk):
    """A period in the future has nothing in it."""
    first = (desk.now() + timedelta(days=10)).date()
    found = client.get(f"{API}?from={first}&to={first}", headers=desk.bearer()).json()
    assert found["promise"]["percent"] is None


def test_a_long_report_shows_its_progress(signed_in, desk, monkeypatch):
    """The page says how many tickets are counted, looks again, and is loaded once the report is done and kept."""
    go_on, compute = Event(), reports.compliance

    def slow(*what, tally, **how):
        tally.tickets = 12
        assert go_on.wait(10)
        tally.tickets = 0
        return compute(*what, tally=tally, **how)

    monkeypatch.setattr(reports, "compliance", slow)
    monkeypatch.setattr("copilot.web.reports.PATIENCE", 0.01)
    client, query = signed_in("admin"), "from=2026-02-01&to=2026-02-10"
    assert "The report is being computed" in client.get(f"/admin/reports?{query}").text
    progress = client.get(f"/admin/reports/progress?{query}")
    assert "12 tickets counted so far" in progress.text
    assert "hx-refresh" not in progress.headers
    go_on.set()
    desk.services.reports.wait(Period(date(2026, 2, 1), date(2026, 2, 10)), auto_sent_counts=True)
    assert client.get(f"/admin/reports/progress?{query}").headers["hx-refresh"] == "true"
    desk.now.advance(minutes=5)
    assert "compute again" in client.get(f"/admin/reports?{query}").text


def test_the_advisor_says_when_it_is_a_sample(signed_in, history, monkeypatch):
    """With more tickets than it reads, the page says how many of how many were looked at."""
    monkeypatch.setattr("copilot.advice.MOST_TICKETS", 2)
    html = signed_in("admin").get("/admin/reports/advice").text
    assert "the newest 2 of 3 tickets of the period were looked at" in html
