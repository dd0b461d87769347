"""Other wordings of a draft: what agents may ask for, what is kept, and what never leaves by itself."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from copilot import approval, citing, configuration, tripwire
from copilot.answering import findings_of
from copilot.drafting import FREE, QUOTING, DraftText
from copilot.errors import Conflict, Invalid, NotFound, Unavailable
from copilot.fakes import ManualTime, ScriptedModel
from copilot.rewording import MOST_VERSIONS, Wanted
from copilot.store import articles, drafts, spending, tickets
from copilot.support import findings_now
from copilot.voice import Voice, parse_voice
from tests.builders import QUESTION, REFUND_FACT, Desk, make_services


def free(reply, citations=(1,), answers=True):
    return json.dumps({"reply": reply, "citations": list(citations), "answers_question": answers})


def refund(question):
    return [number for number, _, text in question.sentences if text.startswith("A refund reaches")]


@pytest.fixture
def written(tmp_path, now: ManualTime):
    """A desk with a model that answers as told after the pipeline's own draft, and the ticket's draft."""
    open_services = []

    def build(*answers, **settings):
        model = ScriptedModel(refund, *answers) if answers else None
        services = make_services(tmp_path / f"data{len(open_services)}", now, llm=model, **settings)
        open_services.append(services)
        desk = Desk(services, now).seed()
        ticket_id = desk.open()
        desk.process()
        return desk, services.rewording, desk.draft(ticket_id)

    yield build
    for services in open_services:
        services.close()


def shown(desk, draft):
    return desk.do(lambda s: drafts.shown(s, drafts.find(s, draft.id)))


def test_a_free_wording_stands_beside_the_draft(written):
    """The wording is kept and shown with greeting, signature, sources and support; the draft stays as it was made."""
    desk, rewording, draft = written(free("You have to wait a little. " + REFUND_FACT))
    row = rewording.reword(draft.id, Wanted("free", "warmer"), "Sam")
    assert row.body.startswith("Hello Kim,\n\nYou have to wait a little.")
    assert row.body.endswith("Kind regards,\nThe support team")
    assert [one["support"] for one in row.sentences if one["text"] == "You have to wait a little."] == ["none"]
    assert [one["support"] for one in row.sentences if one["text"] == REFUND_FACT] == ["quoted"]
    assert (row.number, row.way, row.style, row.writer, row.by) == (2, "free", "warmer", "scripted", "Sam")
    assert shown(desk, draft).body == row.body
    after = desk.draft(draft.ticket_id)
    assert (after.body, after.citations, after.gates) == (draft.body, draft.citations, draft.gates)
    assert desk.steps(draft.ticket_id)[-1] == "draft_reworded"


def test_the_wording_shown_is_what_an_approval_sends_and_the_verdict_is_about_the_draft(written):
    """Approving sends the wording on the screen; for the draft as it was made that counts as an edit."""
    desk, rewording, draft = written(free("Money comes soon."))
    row = rewording.reword(draft.id, Wanted("free"), "Sam")
    item = desk.do(lambda s: approval.approve(s, draft.id, "Sam", desk.now()))
    assert item.body == row.body
    (verdict,) = desk.do(lambda s: drafts.verdicts(s, draft.id))
    assert verdict.edited
    assert verdict.accepted is False


def test_one_goes_back_and_forth(written):
    """Any wording can be shown again, the draft itself as number 1; one that is not there is not found."""
    desk, rewording, draft = written(free("Soon."), free("Very soon."))
    for _ in range(2):
        rewording.reword(draft.id, Wanted("free"), "Sam")
    assert shown(desk, draft).number == 3
    rewording.show(draft.id, 1, "Sam")
    assert shown(desk, draft).body == draft.body
    rewording.show(draft.id, 2, "Sam")
    assert "Soon." in shown(desk, draft).body
    with pytest.raises(NotFound):
        rewording.show(draft.id, 4, "Sam")


def test_without_a_model_quotes_can_be_shorter_and_from_one_passage(written):
    """The extractive way quotes less, or from the passage that was chosen, and stays grounded in it."""
    desk, rewording, draft = written()
    long = "\n\n".join(f"Step {n}: your refund reaches your card after check number {n} was done." for n in range(12))
    desk.article("long", "How a refund goes", long)
    desk.services.knowledge.refresh()
    passage = next(p.id for p in desk.services.knowledge._lexical.passages if p.article_id == "long")
    whole = rewording.reword(draft.id, Wanted(passage_id=passage), "Sam")
    short = rewording.reword(draft.id, Wanted(style="shorter", passage_id=passage), "Sam")
    assert {cited["passage_id"] for cited in whole.citations + short.citations} == {passage}
    assert len(short.body) < len(whole.body)
    assert all(one["support"] != "none" for one in short.sentences)
    assert (short.writer, short.way) == ("extractive", "quoting")


def test_another_language_is_asked_of_the_model_and_framed_in_it(written):
    """Greeting and signature follow the language, and the model is told its code."""
    desk, rewording, draft = written(free("Cela prend cinq jours."))
    row = rewording.reword(draft.id, Wanted("free", language="fr"), "Sam")
    assert row.body.startswith("Bonjour Kim,")
    assert "code fr" in desk.services.llm.calls[-1].messages[1]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("loud"), "way"),
        (Wanted("free"), "way"),
        (Wanted(style="longer"), "style"),
        (Wanted(style="warmer"), "style"),
        (Wanted(language="xx"), "language"),
        (Wanted(passage_id="nope"), "passage_id"),
    ],
)
def test_what_makes_no_sense_is_refused(written, wanted, field):
    """The field is named; without a model there is no free way."""
    _, rewording, draft = written()
    with pytest.raises(Invalid) as caught:
        rewording.reword(draft.id, wanted, "Sam")
    assert caught.value.field == field


def test_a_passage_of_an_internal_article_is_refused(written):
    """What customers may not read cannot be chosen as a source."""
    desk, rewording, draft = written()
    desk.article("secret", "Margins", "Our refund margin is 40 percent.", visibility="internal")
    desk.services.knowledge.refresh()
    passage = next(p.id for p in desk.services.knowledge._lexical.passages if p.article_id == "secret")
    with pytest.raises(Invalid, match="public"):
        rewording.reword(draft.id, Wanted(passage_id=passage), "Sam")


def test_a_model_that_fails_leaves_the_former_wording(written):
    """After a failure nothing is kept but the ledger, and what was shown is shown."""
    desk, rewording, draft = written(free("Soon."), "rubbish")
    rewording.reword(draft.id, Wanted("free"), "Sam")
    with pytest.raises(Unavailable):
        rewording.reword(draft.id, Wanted("free"), "Sam")
    assert shown(desk, draft).number == 2
    spent = desk.do(lambda s: spending.of_draft(s, draft.id))
    assert (spent.calls, spent.failed) == (4, 2)
    assert spent.estimated


@pytest.mark.parametrize("decided", ["approved", "newer", "superseded"])
def test_a_draft_that_is_no_longer_open_is_not_reworded(written, decided):
    """Once decided, or when the customer has written again, there is nothing to word; also in the middle of writing."""

    def act(_=None):
        if decided == "approved":
            desk.do(lambda s: approval.approve(s, draft.id, "Ann", desk.now(), delay=timedelta(0)))
        else:
            desk.write(draft.ticket_id, "One more thing.")
        return free("Soon.")

    desk, rewording, draft = written(act, act)
    with pytest.raises(Conflict):
        rewording.reword(draft.id, Wanted("free"), "Sam")
    with pytest.raises(Conflict):
        rewording.reword(draft.id, Wanted("free"), "Sam")
    assert desk.do(lambda s: drafts.versions(s, draft.id)) == []


def test_there_is_an_end_to_wordings(written):
    """Nobody can fill the database with wordings of one draft."""
    _, rewording, draft = written()
    for _ in range(MOST_VERSIONS - 1):
        rewording.reword(draft.id, Wanted(), "Sam")
    with pytest.raises(Conflict, match="at most"):
        rewording.reword(draft.id, Wanted(), "Sam")


def test_it_is_heard_as_it_is_written(written):
    """A listener gets the draft growing, greeting and signature around it, in both ways."""
    heard = []
    _, rewording, draft = written(free("Soon, dear customer."), refund)
    row = rewording.reword(draft.id, Wanted("free"), "Sam", heard.append)
    assert heard[-1] == row.body
    assert heard[0].startswith("Hello Kim,")
    heard.clear()
    row = rewording.reword(draft.id, Wanted("quoting"), "Sam", heard.append)
    assert heard[-1] == row.body


def test_what_was_asked_is_in_the_ledger_with_its_cost(written):
    """Each request of the pipeline and of agents is kept with tokens, prompt version and the price of that moment."""
    desk, rewording, draft = written(free("Soon."), llm_price_in=2.0, llm_price_out=10.0)
    rewording.reword(draft.id, Wanted("free"), "Sam")
    spent = desk.do(lambda s: spending.of_draft(s, draft.id))
    assert spent.calls == 2
    assert spent.cost == pytest.approx((2 * spent.tokens_in + 10 * spent.tokens_out) / 1e6)
    ((day, model, by_day),) = desk.do(lambda s: spending.by_day(s, desk.now() - timedelta(days=1)))
    assert (day, model, by_day) == (desk.now().date(), "scripted", spent)
    purposes = {(purpose, outcome) for purpose, outcome, _ in desk.do(spending.by_outcome)}
    assert purposes == {("quote", "ok"), ("free", "ok")}


def test_what_came_to_nothing_was_paid_for_too(tmp_path, now):
    """When something newer arrives while the model writes, its requests are kept with the ticket alone."""
    desk = None

    def interrupt(question):
        if desk.steps(ticket_id).count("message_inbound") == 0:
            desk.write(ticket_id, "PS: to my card.")
        return refund(question)

    desk = Desk(make_services(tmp_path / "data", now, llm=ScriptedModel(interrupt)), now).seed()
    ticket_id = desk.open(QUESTION)
    desk.process()
    ((_, _, spent),) = desk.do(lambda s: spending.by_day(s, now() - timedelta(days=1)))
    assert spent.calls == 2
    assert desk.do(lambda s: spending.of_draft(s, desk.draft(ticket_id).id)).calls == 1
    desk.services.close()


def test_the_team_s_signature_ends_quoted_drafts_and_counts_as_courtesy(tmp_path, now):
    """A signature with lines and sentences is accepted by the gates, and the name stands where none is set."""
    desk = Desk(make_services(tmp_path / "data", now), now).seed()
    desk.automate("refund")
    desk.configure("voice", {"name": "Northwind", "signatures": {"en": "Warmly.\nNorthwind Outdoors. Open 9 to 5."}})
    ticket_id = desk.open()
    desk.process()
    draft = desk.draft(ticket_id)
    assert draft.body.endswith("Warmly.\nNorthwind Outdoors. Open 9 to 5.")
    assert draft.action == "send"
    desk.services.close()


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "voice"),
        ({"nam": "x"}, "nam"),
        ({"name": 5}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"tone": "x" * 1001}, "tone"),
        ({"signatures": []}, "signatures"),
        ({"signatures": {"tlh": "Qapla"}}, "signatures"),
        ({"signatures": {"en": "x\n" * 9}}, "signatures.en"),
        ({"signatures": {"en": "a\u200bb"}}, "signatures.en"),
        ({"tone": "a\x00b"}, "tone"),
    ],
)
def test_a_voice_that_makes_no_sense_is_refused(desk, document, field):
    """The field is named when it is entered, and nothing is stored."""
    with pytest.raises(Invalid) as caught:
        desk.configure("voice", document)
    assert caught.value.field == field
    assert desk.do(lambda s: configuration.content(s, "voice")) == {}
    with pytest.raises(ValueError, match=r"^[a-z]"):
        parse_voice(document)


def test_the_pipeline_never_writes_freely(written):
    """What the pipeline makes is always of the quoting way, the only one that may leave without a person."""
    desk, _, _ = written(free("Soon."))
    assert {call.purpose for call in desk.services.llm.calls} == {"quote"}


def test_a_wording_that_holds_the_planted_token_is_thrown_away_and_trips_the_switch(written):
    """A model that repeats the secret mark of its prompt, however written, stops all automatic sending."""

    def leak(question):
        return free(question.messages[0].rsplit(" ", 1)[-1].upper().replace("-", " - "))

    desk, rewording, draft = written(leak)
    with pytest.raises(Conflict, match="planted token"):
        rewording.reword(draft.id, Wanted("free"), "Sam")
    assert desk.do(lambda s: drafts.versions(s, draft.id)) == []
    assert desk.do(configuration.autonomy_in_force).kill_switch
    assert desk.do(lambda s: spending.of_draft(s, draft.id)).calls == 2


def test_a_number_of_the_customers_own_is_known_in_a_free_wording_alone(written):
    """What an agent reads may name the customer's order; what the gates judge may not take it from the ticket."""
    desk, _, draft = written()
    text = DraftText("Order 4711-A comes soon.", (), "x", "en")
    customer = desk.do(lambda s: tickets.customer_of(s, tickets.find(s, draft.ticket_id)))
    for way, missing in ((FREE, ()), (QUOTING, ("4711-A",))):
        found = findings_of(replace(text, way=way), [], customer, Voice(), ["4711-A"])
        assert found.unsupported_facts == missing


def test_the_alarm_survives_settings_saved_at_the_same_moment(written, monkeypatch):
    """Another save that takes the version's number first does not undo the alarm, nor lose what was spent."""
    late, real = [IntegrityError("INSERT", {}, Exception())], tripwire.trip

    def trip(session, ticket_id, now):
        tripped = real(session, ticket_id, now)
        if late:
            raise late.pop()
        return tripped

    monkeypatch.setattr(tripwire, "trip", trip)
    desk, rewording, draft = written(lambda question: free(question.messages[0].rsplit(" ", 1)[-1]))
    with pytest.raises(Conflict, match="planted token"):
        rewording.reword(draft.id, Wanted("free"), "Sam")
    assert desk.do(configuration.autonomy_in_force).kill_switch
    assert desk.do(lambda s: spending.of_draft(s, draft.id)).calls == 2


def test_a_passage_is_cited_by_the_wording_that_people_see(written):
    """After a rewording an inserted passage is a source of what is shown, and its sentences are no longer without."""
    desk, rewording, draft = written(free("A refund reaches your card within 5 working days."))
    rewording.reword(draft.id, Wanted("free"), "Sam")
    passage = desk.do(lambda s: articles.passages_of(s, ["parcels"]))[0]
    cited = desk.do(lambda s: citing.cite(s, draft.id, passage.id, desk.now(), "Sam"))
    assert [row["article_id"] for row in cited] == ["refunds", "parcels"]
    assert shown(desk, draft).citations == cited
    assert [row["article_id"] for row in desk.draft(draft.ticket_id).citations] == ["refunds"]
    found = desk.do(lambda s: findings_now(s, drafts.find(s, draft.id), "Every parcel has a tracking number.", Voice()))
    assert [finding.passage_id for finding in found.sentences] == [passage.id]
