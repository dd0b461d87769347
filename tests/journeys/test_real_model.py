"""A real language model behind a real server, one that contradicts its sources: nothing that it makes up leaves.

Runs only where ANSWERABLE_TEST_LLM_URL and ANSWERABLE_TEST_LLM_MODEL name one (docs/operations.md tells how).
"""

import itertools
import json
from time import monotonic

import pytest

from copilot.asking import QUOTE_SCHEMA
from copilot.llm.port import Ask, ModelFailed
from copilot.llm.server import connect
from copilot.llm.turns import first_read
from tests import real_model

pytestmark = pytest.mark.skipif(
    not real_model.URL, reason="ANSWERABLE_TEST_LLM_URL names no server with a language model"
)


@pytest.fixture(name="model")
def a_model():
    """The model behind its server."""
    model = connect(real_model.MODEL, real_model.DEADLINE, None, real_model.URL, concurrency=1)
    yield model
    model.close()
    model._client.close()


def ask(read=lambda answer: first_read(answer, lambda found: found["answers_question"])):
    """A short question with a schema."""
    system = 'Answer with JSON only: {"answers_question": true or false, "sentences": [numbers]}'
    user = "Sentences:\n1. Dogs bark.\n2. A refund takes 5 days.\n\nWhich one says when a refund arrives?"
    return Ask("quote", "quote-test", system, user, QUOTE_SCHEMA, read, 60)


def test_it_answers_in_the_form_asked_for(model):
    """The server holds the model to a form that can be read; what it accepts is remembered, and tokens are told."""
    model.check()
    answered = model.ask(ask())
    assert isinstance(answered.value, bool)
    assert answered.calls[-1].outcome == "ok"
    assert answered.calls[-1].tokens_in > 20
    assert answered.calls[-1].tokens_out > 3
    assert [call.outcome for call in model.ask(ask()).calls] == ["ok"]


def test_it_is_heard_while_it_writes(model):
    """A listener gets growing beginnings of the answer."""
    heard = []
    answered = model.ask(ask(json.loads), heard.append)
    assert len(heard) > 3
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(heard))
    assert json.loads(heard[-1]) == answered.value


def test_the_deadline_holds(model):
    """A model that is too slow keeps nobody waiting, and serves the next question."""
    model.ask(ask())  # finds out which form the server takes
    model.deadline = 0.05
    began = monotonic()
    with pytest.raises(ModelFailed, match="did not answer within"):
        model.ask(ask())
    assert monotonic() - began < 3
    model.deadline = real_model.DEADLINE
    assert model.ask(ask()).calls[-1].outcome == "ok"


def test_nothing_that_it_makes_up_leaves(tmp_path):
    """Quoted drafts hold nothing but sentences of articles, though all may be sent; free ones are judged, not sent."""
    tickets = real_model.sample(4)
    cases = [case for case in real_model.run(tmp_path / "data", tickets, automatic=True) if case.draft]
    assert cases
    for case in cases:
        assert case.invented == ()
        assert case.tokens > 0
        assert set(case.sent) <= {case.draft.body}
        if case.wording is not None and not case.wording.failed:
            assert case.wording.sentences
            assert case.sent == ()
