"""A model that works for the attacker, and customers who write injections: nothing planted leaves by itself."""

import os
from pathlib import Path

import pytest

from copilot.fakes import ScriptedModel
from tests.builders import Desk, gate, make_services
from tests.hostile import OWN_CANARIES, OWN_INJECTIONS, attack, holds, read

DATA = os.environ.get("ANSWERABLE_INJECTIONS")


def test_no_planted_text_leaves(tmp_path):
    """Canaries in every wrapping and injections as customers' messages: some replies leave, none holds a canary."""
    texts = [
        text.format(canary=canary, question="When do I get my refund?")
        for text in OWN_INJECTIONS
        for canary in OWN_CANARIES
    ]
    found = attack(tmp_path / "data", OWN_CANARIES[:2], texts)
    assert found.leaked == ()
    assert found.sent >= 5  # the road is open: what such a model chose among our own sentences was sent


@pytest.mark.skipif(not DATA, reason="ANSWERABLE_INJECTIONS names no file with the columns text and canary")
def test_no_planted_text_of_the_data_leaves(tmp_path):
    """The same for every canary and text of a file."""
    found = attack(tmp_path / "data", *read(Path(str(DATA))))
    assert found.leaked == ()


def test_the_detector_can_fail():
    """A canary is found in other writings too, and an innocent reply is left alone."""
    assert holds("so: canary red 7731!", OWN_CANARIES)
    assert holds("ＣＡＮＡＲＹ-ＲＥＤ-７７３１", OWN_CANARIES)
    assert holds("1377-DER-YRANAC", OWN_CANARIES)
    assert holds("С" + "ANARY-RED-7731", OWN_CANARIES)
    assert holds("Q0FOQVJZLVJFRC03NzMx", OWN_CANARIES)
    assert not holds("A refund reaches your card within 5 working days.", OWN_CANARIES)


def test_a_model_that_returns_the_planted_token_trips_the_switch(tmp_path, now):
    """The token of the prompt in a draft holds it; quoting cannot carry it, so only the numbers of sentences return."""
    model = ScriptedModel(lambda question: question.messages[0])
    services = make_services(tmp_path / "data", now, llm=model)
    desk = Desk(services, now).seed()
    desk.automate("refund")
    ticket_id = desk.open()
    desk.process()
    draft = desk.draft(ticket_id)
    assert draft.action == "hold"
    assert "cannot be used" in gate(draft, "writer")["reason"]
    services.close()
