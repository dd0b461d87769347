"""What is written down when people approve, mend, reject or ignore a draft."""

from datetime import timedelta

import pytest

from copilot import approval, intake
from copilot.store import drafts
from tests.builders import Desk


def open_draft(desk: Desk):
    ticket_id = desk.open()
    desk.process()
    return ticket_id, desk.draft(ticket_id)


def only_verdict(desk, draft):
    with desk.services.db.read() as session:
        (verdict,) = drafts.verdicts(session, draft.id)
        return verdict


def test_a_draft_keeps_what_its_confidence_rests_on(desk):
    """The measured inputs and the category are stored with the draft."""
    _, draft = open_draft(desk)
    assert draft.category == "refund"
    assert 0 < draft.evidence["answerable"] <= 1


@pytest.mark.parametrize(
    ("edit", "accepted", "facts"),
    [
        (lambda body: body, True, []),
        (lambda body: body.replace("Hello Kim,", "Hi Kim,"), True, []),
        (lambda body: body.replace("5 working", "7 working"), False, ["5 working days → 7 working days"]),
    ],
)
def test_an_approval_tells_what_was_kept(desk, edit, accepted, facts):
    """Sent unchanged or with a harmless edit: accepted; with another number: not, and the number is named."""
    _, draft = open_draft(desk)
    desk.do(lambda s: approval.approve(s, draft.id, "Sam", desk.now(), edit(draft.body)))
    verdict = only_verdict(desk, draft)
    assert (verdict.kind, verdict.accepted, verdict.changed_facts) == ("approved", accepted, facts)


def test_a_rejection_is_no_acceptance(desk):
    """A rejected draft is not accepted, whatever the reason."""
    _, draft = open_draft(desk)
    desk.do(lambda s: approval.reject(s, draft.id, "Sam", "wrong article", desk.now()))
    verdict = only_verdict(desk, draft)
    assert (verdict.accepted, verdict.kept, verdict.reason) == (False, 0.0, "Wrong article")


def test_own_words_beside_an_open_draft_judge_it(desk):
    """An agent who ignores the draft and writes an own reply has not accepted it; the draft is set aside."""
    ticket_id, draft = open_draft(desk)
    desk.do(lambda s: intake.write_reply(s, ticket_id, "I shall call you.", "Sam", desk.now(), timedelta(0)))
    verdict = only_verdict(desk, draft)
    assert (verdict.kind, verdict.accepted, verdict.by) == ("answered", False, "Sam")
    assert desk.draft(ticket_id).state == "superseded"


def test_an_answer_from_elsewhere_judges_the_open_draft(desk):
    """A reply through another tool judges the draft too; the draft's own words sent from there accept it."""
    ticket_id, draft = open_draft(desk)
    desk.write(ticket_id, draft.body, "outbound", author="Sam")
    assert only_verdict(desk, draft).accepted is True


def test_a_decided_draft_is_not_judged_twice(desk):
    """An own reply after a rejection adds no second verdict."""
    ticket_id, draft = open_draft(desk)
    desk.do(lambda s: approval.reject(s, draft.id, "Sam", "wrong article", desk.now()))
    desk.do(lambda s: intake.write_reply(s, ticket_id, "I shall call you.", "Sam", desk.now(), timedelta(0)))
    assert only_verdict(desk, draft).kind == "rejected"
