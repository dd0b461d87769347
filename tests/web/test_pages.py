"""The pages over the real application, without a browser: who may see what, and what happens to what they hold."""

import json
from datetime import timedelta

import pytest

from copilot.channels.transport import OutcomeUnknown
from copilot.store import accounts, articles
from copilot.web.templating import render
from scripts.preview_pages import FRAGMENTS, PAGES
from tests.builders import QUESTION, REFUND_FACT
from tests.web.conftest import HTMX

ADMIN_PATHS = (
    *("", "/rules", "/promises", "/notices", "/articles", "/articles/new", "/articles/history", "/sources"),
    *("/access", "/kill-switch"),
)
ATTACK = "<script>alert(1)</script>"


def draft_of(desk, **who):
    """A ticket with its draft."""
    ticket_id = desk.open(QUESTION, "My refund", **who)
    desk.process()
    return desk.draft(ticket_id)


@pytest.mark.parametrize(("template", "context"), [*PAGES.values(), *FRAGMENTS.values()])
def test_every_template_renders_without_inline_code(template, context):
    """Every page of the preview renders, and holds no inline script, style or handler that the CSP would refuse."""
    html = render(template, **context)
    assert "<script>" not in html.replace("&lt;script&gt;", "")
    assert " style=" not in html
    assert " onclick=" not in html


@pytest.mark.parametrize("path", ["/", "/tickets/1", "/queue", "/find", "/live", "/articles/passage", "/admin"])
def test_nothing_is_shown_to_strangers(client, path):
    """Without a session every page leads to the sign-in."""
    answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].partition("?")[0] == "/sign-in"


@pytest.mark.parametrize("path", ADMIN_PATHS)
def test_agents_are_kept_out_of_admin(signed_in, path):
    """An agent gets 403 on every admin page."""
    assert signed_in("agent").get(f"/admin{path}").status_code == 403


@pytest.mark.parametrize(
    "path", ["/admin/kill-switch", "/admin/autonomy", "/admin/users", "/admin/keys", "/admin/rules"]
)
def test_agents_cannot_post_to_admin(signed_in, path):
    """An agent's form is refused before its content is looked at."""
    assert signed_in("agent").post(path, data={"on": "true"}).status_code in (400, 403)


def test_a_form_without_the_token_is_refused(signed_in, desk):
    """A page elsewhere that makes the browser post to us is refused: it cannot know the token."""
    client, draft = signed_in(), draft_of(desk)
    del client.headers["x-csrftoken"]
    assert client.post(f"/drafts/{draft.id}/approval", data={"body": draft.body}).status_code == 403
    assert desk.draft(draft.ticket_id).state == "open"


def test_customers_words_are_escaped_everywhere(signed_in, desk):
    """Subject, name, segment and body that hold markup come out as text in the queue, the ticket and the search."""
    ticket_id = desk.open(f"{QUESTION} {ATTACK}", f"Hello {ATTACK}", name=f"Kim {ATTACK}", segment=ATTACK)
    desk.process()
    client = signed_in()
    for path in ("/", f"/tickets/{ticket_id}", "/queue?q=hello", f"/queue?q={ATTACK}"):
        html = client.get(path).text
        assert ATTACK not in html, path
        assert "&lt;script&gt;" in html or "Nothing matches" in html, path


def test_htmx_gets_the_ticket_alone(signed_in, desk):
    """A request by htmx is answered with the ticket alone, a visit with the whole page; neither may be stored."""
    draft, client = draft_of(desk), signed_in()
    part = client.get(f"/tickets/{draft.ticket_id}", headers=HTMX)
    whole = client.get(f"/tickets/{draft.ticket_id}")
    assert part.text.startswith("<article")
    assert whole.text.startswith("<!doctype html>")
    assert part.headers["cache-control"] == whole.headers["cache-control"] == "no-store"
    assert "hx-request" in part.headers["vary"].lower()


def test_an_unchanged_draft_counts_as_unchanged(signed_in, desk):
    """A browser posts line ends as CR LF; that alone does not make an approval an edited one."""
    draft, client = draft_of(desk), signed_in()
    answer = client.post(f"/drafts/{draft.id}/approval", data={"body": draft.body.replace("\n", "\r\n")})
    assert answer.status_code == 200
    approved = next(entry for entry in desk.journal(draft.ticket_id) if entry.kind == "approved")
    assert approved.data["edited"] is False


def test_an_approval_offers_undo_and_the_next_ticket(signed_in, desk):
    """The answer opens the ticket that matters most now, moves the address there, and names the way back."""
    draft = draft_of(desk)
    other = desk.open("Where is my parcel?", email="other@example.com")
    desk.process()
    answer = signed_in().post(f"/drafts/{draft.id}/approval", data={"body": draft.body})
    toast = json.loads(answer.headers["hx-trigger"])["toast"]
    assert answer.headers["hx-push-url"] == f"/tickets/{other}"
    assert f'id="ticket-{other}"' in answer.text
    item = desk.replies(draft.ticket_id)[0]
    assert toast["undo"] == f"/outbox/{item.id}/cancellation"
    assert item.work_after == desk.now() + timedelta(seconds=toast["seconds"])


def test_taking_back_too_late_is_a_conflict(signed_in, desk):
    """Once delivered, a reply cannot be taken back, and the answer says so."""
    draft, client = draft_of(desk), signed_in()
    client.post(f"/drafts/{draft.id}/approval", data={"body": draft.body})
    desk.now.advance(minutes=1)
    desk.deliver()
    item = desk.replies(draft.ticket_id)[0]
    answer = client.post(f"/outbox/{item.id}/cancellation", headers={"accept": "*/*"})
    assert answer.status_code == 409
    assert "already left" in answer.json()["detail"]


def test_a_rejection_needs_a_reason(signed_in, desk):
    """Neither a choice nor own words: refused; both: joined."""
    draft, client = draft_of(desk), signed_in()
    assert client.post(f"/drafts/{draft.id}/rejection", data={}).status_code == 422
    data = {"choice": "It states something wrong", "reason": "Five days, not four."}
    assert client.post(f"/drafts/{draft.id}/rejection", data=data).status_code == 200
    rejected = next(entry for entry in desk.journal(draft.ticket_id) if entry.kind == "rejected")
    assert rejected.data["reason"] == "It states something wrong: Five days, not four."


def test_an_uncertain_delivery_is_settled_by_a_person(signed_in, desk, transport):
    """An uncertain reply is shown with both ways out; marked delivered, it is not sent again."""
    draft, client = draft_of(desk), signed_in()
    transport.fail_next(OutcomeUnknown("The receiver hung up."))
    client.post(f"/drafts/{draft.id}/approval", data={"body": draft.body})
    desk.now.advance(minutes=1)
    desk.deliver()
    html = client.get(f"/tickets/{draft.ticket_id}").text
    assert "Delivery uncertain" in html
    assert "Send again" in html
    item = desk.replies(draft.ticket_id)[0]
    assert "Delivered" in client.post(f"/outbox/{item.id}/delivered").text
    desk.now.advance(hours=1)
    desk.deliver()
    assert len(transport.attempts) == 1


def test_a_reply_and_a_note_by_hand(signed_in, desk, transport):
    """A reply goes into the outbox under the agent's name, a note stays inside."""
    draft, client = draft_of(desk), signed_in()
    path = f"/tickets/{draft.ticket_id}/messages"
    assert "Call her back" in client.post(path, data={"body": "Call her back", "kind": "note"}).text
    client.post(path, data={"body": "My own words", "kind": "outbound"})
    desk.now.advance(minutes=1)
    desk.deliver()
    assert [reply.body for reply in transport.sent] == ["My own words"]


def test_corrections_stay(signed_in, desk):
    """A category and a priority set by hand are kept and marked as such; nonsense is refused."""
    draft, client = draft_of(desk), signed_in()
    path = f"/tickets/{draft.ticket_id}/triage"
    assert "set by hand" in client.post(path, data={"category": "shipping"}).text
    client.post(path, data={"priority": "urgent"})
    ticket = desk.ticket(draft.ticket_id)
    assert (ticket.category, ticket.priority) == ("shipping", "urgent")
    assert client.post(path, data={"priority": "sky-high"}).status_code == 422


@pytest.mark.parametrize("name", ["all", "soon", "late", "pressing", "no such filter"])
def test_filters_count_and_show(signed_in, desk, name):
    """Every filter answers, and an unknown one shows everything."""
    draft_of(desk)
    desk.now.advance(hours=2)
    html = signed_in().get("/queue", params={"filter": name}).text
    assert ("My refund" in html) == (name in ("all", "late", "no such filter"))


def test_search_finds_tickets_of_any_status(signed_in, desk):
    """A solved ticket is out of the queue and can still be found; the row says why it does not wait."""
    draft, client = draft_of(desk), signed_in()
    client.post(f"/tickets/{draft.ticket_id}/status", data={"status": "solved"})
    assert "My refund" not in client.get("/queue").text
    found = client.get("/queue", params={"q": "refund"}).text
    assert "My refund" in found
    assert "Solved" in found


def test_a_source_is_shown_in_its_article(signed_in, desk):
    """The drawer marks the passage; an article that was withdrawn is a 404 in words."""
    citation = draft_of(desk).citations[0]
    client = signed_in()
    params = {"article": citation["article_id"], "passage": citation["passage_id"]}
    html = client.get("/articles/passage", params=params).text
    assert 'class="cited"' in html
    assert REFUND_FACT in html
    assert client.get("/articles/passage", params={"article": "gone"}).status_code == 404


def test_a_passage_of_a_long_article_is_shown_in_place(signed_in, desk):
    """The drawer shows the passage however far down it stands, and says how much is left out."""
    body = "\n\n".join(f"Paragraph {number} tells of nothing at all." for number in range(12_000))
    desk.article("long", "A long one", f"{body}\n\nLast of all comes the answer.")
    passage = desk.do(lambda session: articles.passages_of(session, ["long"]))[-1]
    html = signed_in().get("/articles/passage", params={"article": "long", "passage": passage.id}).text
    assert "comes the answer" in html
    assert 'class="cited"' in html
    assert "characters before this are left out" in html


def test_wrong_documents_are_kept_for_correction(signed_in, desk):
    """What an admin typed comes back with the error and its place; what is in force stays."""
    client = signed_in("admin")
    for path in ("/admin/rules", "/admin/promises"):
        broken = client.post(path, data={"text": "[{,]"})
        assert broken.status_code == 422
        assert "line 1, column 3" in broken.text
        assert "[{,]" in broken.text
    answer = client.post("/admin/promises", data={"text": '{"calendars": {}, "policies": []}'})
    assert answer.status_code == 422
    assert "Round the clock" in answer.text


def test_deeply_nested_json_is_refused(signed_in):
    """A document that would exhaust the parser is an error in words, not a fault."""
    answer = signed_in("admin").post("/admin/rules", data={"text": "[" * 200_000})
    assert answer.status_code == 422


def test_nobody_shuts_themselves_out(signed_in, desk):
    """The admin who is signed in cannot be revoked by their own hand; another person can."""
    client = signed_in("admin")
    (me,) = desk.do(accounts.users)
    assert client.post(f"/admin/users/{me.id}/revocation").status_code == 409
    data = {"name": "Sam", "email": "sam@example.com", "password": "long enough", "role": "agent"}
    assert "sam@example.com" in client.post("/admin/users", data=data).text
    assert client.post("/admin/users", data=data).status_code == 422
    assert "revoked" in client.post(f"/admin/users/{me.id + 1}/revocation").text


def test_the_theme_comes_from_the_cookie_and_nothing_else(signed_in):
    """A known theme is drawn by the server; anything else in the cookie is ignored."""
    client = signed_in()
    client.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in client.get("/").text
    client.cookies.set("theme", "evil")
    assert "data-theme=" not in client.get("/").text.partition("<head>")[0]


def test_signals_and_several_questions_are_shown(signed_in, desk):
    """The triage panel names what an agent acts on, and lists the questions of a ticket that asks several."""
    desk.open("I am furious. I want to speak to a human! Where is my parcel LF-1? And do you ship tents to Norway?")
    desk.process()
    html = signed_in("agent").get("/tickets/1").text
    assert "Asks for a person" in html
    assert '<li class="wrap-anywhere">And do you ship tents to Norway?' in html


def test_several_questions_lead_to_their_articles(signed_in, desk):
    """Each of several questions is shown with a way to the article that answers it, or with word that none does."""
    refund, parcel = "When do I get my refund on my card?", "Where does the tracking number of my parcel stand?"
    desk.open(f"{refund} {parcel} Who teaches violin lessons?")
    desk.process()
    _, _, asked = signed_in("agent").get("/tickets/1").text.partition("Asks</dt>")
    html = asked.partition("</dd>")[0]
    assert html.count('hx-get="/articles/passage"') == 2
    assert html.index("Refund times") < html.index("Tracking a parcel") < html.index("No article answers this")
