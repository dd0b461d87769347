"""Importing closing days: by programs, and by admins who look at them and untick some."""

import copy

import pytest

from copilot.store import configuration, journal
from sla.closing_days import MAX_BYTES
from tests.builders import POLICIES

PROBLEM = "application/problem+json"
ATTACK = "<script>alert(1)</script>"
HOURS = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def ics(*events: str) -> str:
    """An iCalendar file of these events, each given as its lines."""
    blocks = "".join(f"BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n" for lines in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{blocks}END:VCALENDAR\r\n"


FILE = ics(
    "SUMMARY:Labour day\r\nDTSTART;VALUE=DATE:20260501",
    "SUMMARY:Christmas\r\nDTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY",
    f"SUMMARY:Team day {ATTACK}\r\nDTSTART:20260610T090000Z",
    f"SUMMARY:{ATTACK}\r\nDTSTART;VALUE=DATE:20260714",
)


@pytest.fixture
def shop(desk):
    """A desk whose policies have a calendar, closed on one day already."""
    document = copy.deepcopy(POLICIES)
    document["calendars"]["shop"] = {"timezone": "Europe/Paris", "hours": HOURS, "holidays": ["2026-12-25"]}
    document["policies"][0]["calendar"] = "shop"
    desk.configure("policies", document)
    return desk


def holidays(desk):
    """The closing days of the calendar in force, and the version."""
    with desk.services.db.read() as session:
        row = configuration.newest(session, "policies")
        return row.content["calendars"]["shop"]["holidays"], row.version


def post(client, desk, body, query="", name="shop"):
    """A program sends a file."""
    headers = {**desk.bearer(), "content-type": "text/calendar"}
    return client.post(f"/api/v1/calendars/{name}/closing-days{query}", content=body, headers=headers)


def test_a_dry_run_shows_and_stores_nothing(client, shop):
    """Which days are new, which are known, and what was left out and why."""
    found = post(client, shop, FILE, "?dry_run=true").json()
    assert [(day["date"], day["name"], day["known"]) for day in found["days"]][:3] == [
        ("2026-05-01", "Labour day", False), ("2026-07-14", ATTACK, False), ("2026-12-25", "Christmas", True),
    ]  # fmt: skip
    assert (found["dry_run"], found["version"], found["added"]) == (True, None, [])
    assert [(row["line"], row["taken"]) for row in found["remarks"]] == [(7, True), (12, False)]
    assert "not a whole day" in found["remarks"][1]["reason"]
    assert holidays(shop) == (["2026-12-25"], 2)


def test_the_import_adds_what_is_new_and_the_second_time_nothing(client, shop):
    """A new version holds old and new days, the rest of the document is as it was; the same file again adds none."""
    with shop.services.db.read() as session:
        before = configuration.newest(session, "policies").content
    first, second = (post(client, shop, FILE, "?last_year=2027").json() for _ in range(2))
    assert (first["added"], first["version"]) == (["2026-05-01", "2026-07-14", "2027-12-25"], 3)
    assert (second["added"], second["version"]) == ([], 3)
    assert holidays(shop) == (["2026-05-01", "2026-07-14", "2026-12-25", "2027-12-25"], 3)
    with shop.services.db.read() as session:
        after = configuration.newest(session, "policies").content
        said = [row.data for row in journal.after(session, 0) if row.kind == "closing_days_added"]
    after["calendars"]["shop"]["holidays"] = ["2026-12-25"]
    assert after == before
    assert [(row["calendar"], row["version"]) for row in said] == [("shop", 3)]
    assert said[0]["days"]["2026-05-01"] == "Labour day"


@pytest.mark.parametrize(
    ("body", "query", "name", "status", "field"),
    [
        ("", "", "shop", 422, "file"),
        ("<html>", "", "shop", 422, "file"),
        (b"BEGIN:VCALENDAR\xff", "", "shop", 422, "file"),
        ("BEGIN:VCALENDAR" + " " * MAX_BYTES, "", "shop", 422, "file"),
        (ics("DTSTART:20260501").replace("END:VEVENT", ""), "", "shop", 422, "file"),
        (FILE, "", "always", 404, "calendar"),
        (FILE, "", "no%20such%20%3Cb%3E", 404, "calendar"),
        (FILE, "?first_year=2030&last_year=2020", "shop", 422, "first_year"),
        (FILE, "?first_year=12", "shop", 422, "first_year"),
        (FILE, "?first_year=x", "shop", 400, "first_year"),
        (FILE, "?dry_run=perhaps", "shop", 400, "dry_run"),
    ],
)
def test_nonsense_is_refused_by_name(client, shop, body, query, name, status, field):
    """A problem that names the field; nothing is stored."""
    answer = post(client, shop, body, query, name)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (status, PROBLEM), answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert holidays(shop) == (["2026-12-25"], 2)


def test_a_body_beyond_every_bound_is_refused(client, shop):
    """Four megabytes are too much for anybody."""
    assert post(client, shop, "x" * 4_000_001).status_code == 413


def test_agents_may_not(client, signed_in, shop):
    """Closing days are the admins' business."""
    path = "/api/v1/calendars/shop/closing-days"
    assert client.post(path, content=FILE, headers=shop.bearer("agent")).status_code == 403
    agent = signed_in("agent")
    assert agent.post("/admin/closing-days", data={"calendar": "shop"}, files={"file": b"x"}).status_code == 403
    assert agent.post("/admin/closing-days/save", data={"calendar": "shop"}).status_code == 403


def test_an_upload_is_shown_before_it_is_saved(signed_in, shop):
    """New days are ticked, known ones cannot be, names are escaped, and what was left out is told."""
    files = {"file": ("days.ics", FILE.encode(), "text/calendar")}
    html = signed_in("admin").post("/admin/closing-days", data={"calendar": "shop"}, files=files).text
    assert "5 closing days in 2026–2028: 4 new, 1 in the calendar already" in html
    assert 'value="2026-12-25 Christmas" checked disabled' in html
    assert ATTACK not in html
    assert "&lt;script&gt;" in html
    assert "not a whole day" in html
    assert holidays(shop) == (["2026-12-25"], 2)


def test_a_pasted_text_does_as_well(signed_in, shop):
    """Without a file the text counts, within the years asked for."""
    form = {"calendar": "shop", "text": FILE, "first_year": "2026", "last_year": "2026"}
    html = signed_in("admin").post("/admin/closing-days", data=form, files={"file": ("", b"")}).text
    assert "3 closing days in 2026: 2 new" in html


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({}, "Choose a file"),
        ({"text": "rubbish"}, "BEGIN:VCALENDAR"),
        ({"text": FILE, "calendar": ATTACK}, "There is no calendar"),
        ({"text": FILE, "first_year": "soon"}, "is not a year"),
        ({"text": FILE, "last_year": "99999999999999"}, "expected years in order"),
    ],
)
def test_a_bad_upload_is_refused_on_the_page(signed_in, shop, form, words):
    """The page says what is wrong, in the form's own place."""
    form = {"calendar": "shop", **form}
    answer = signed_in("admin").post("/admin/closing-days", data=form, files={"file": ("", b"")})
    assert answer.status_code == 422
    assert words in answer.text
    assert ATTACK not in answer.text


def test_ticked_days_are_saved_and_shown_with_what_would_change(signed_in, shop):
    """Only what stayed ticked is added; the page then offers to apply the version to the open ticket."""
    shop.open()
    shop.process()
    client = signed_in("admin")
    form = {"calendar": "shop", "days": ["2026-03-02 Today", "2026-03-03"]}
    html = client.post("/admin/closing-days/save", data=form).text
    assert "2 closing days added to “shop”" in html
    assert "1 open ticket still runs under an earlier version" in html
    assert holidays(shop) == (["2026-03-02", "2026-03-03", "2026-12-25"], 3)
    assert "Nothing was added" in client.post("/admin/closing-days/save", data=form).text
    assert holidays(shop)[1] == 3


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"days": ["2026-02-30"]}, "is not a date"),
        ({"days": [ATTACK]}, "is not a date"),
        ({"days": ["2026-05-01"], "calendar": "gone"}, "There is no calendar"),
    ],
)
def test_saving_nonsense_changes_nothing(signed_in, shop, form, words):
    """A made-up form is refused, and the page says why."""
    answer = signed_in("admin").post("/admin/closing-days/save", data={"calendar": "shop", **form})
    assert answer.status_code == 422
    assert words in answer.text
    assert ATTACK not in answer.text
    assert holidays(shop) == (["2026-12-25"], 2)


def test_one_day_and_none_are_forms_too(signed_in, shop):
    """A single ticked day is a list of one; none changes nothing."""
    client = signed_in("admin")
    client.post("/admin/closing-days/save", data={"calendar": "shop", "days": "2026-05-01 Fête\x00 du travail"})
    assert holidays(shop) == (["2026-05-01", "2026-12-25"], 3)
    assert "Nothing was added" in client.post("/admin/closing-days/save", data={"calendar": "shop"}).text
