"""What an outside embedding server gets to read."""

import numpy as np
import pytest

from copilot import health, wiring
from copilot.answering import vectors_by
from copilot.embedding_server import ServerEmbedder
from copilot.fakes import HashEmbedder
from copilot.masked_embedder import MASKED, MaskedQuestions, is_outside, masked
from copilot.settings import Settings
from knowledge.lexical import LexicalIndex
from knowledge.passages import Passage

SECRETS = (
    *("kim@example.com", "+49 30 901820", "(415) 555-2671", "06 12 34 56 78", "DE89 3704 0044 0532 0130 00"),
    "A-99123",
)


class Recording(HashEmbedder):
    """Keeps what it is asked to read."""

    def __init__(self):
        self.read = []

    def encode(self, texts):
        self.read += texts
        return super().encode(texts)


@pytest.mark.parametrize("secret", SECRETS)
def test_questions_leave_without_personal_data(secret):
    """Addresses, telephone numbers of several countries, accounts and order numbers do not reach the server."""
    inner = Recording()
    outer = MaskedQuestions(inner)
    vectors = outer.encode([f"My order A-99123 is late, write to {secret} please. Thanks, Kim"])
    (read,) = inner.read
    assert secret not in read
    assert "Kim" not in read
    assert "is late, write to" in read
    assert np.array_equal(vectors, inner.encode([read]))


def test_articles_and_everything_else_stay_as_they_are():
    """Articles are read as they are, and the model's own facts are passed on, so that an index goes on serving."""
    inner = Recording()
    outer = MaskedQuestions(inner)
    outer.encode_passages(["Write to help@example.com."])
    assert inner.read == ["Write to help@example.com."]
    assert masked("When do I get my refund?") == "When do I get my refund?"
    facts = (outer.name, outer.fingerprint, outer.dimension, outer.likeness)
    assert facts == (inner.name, inner.fingerprint, inner.dimension, inner.likeness)
    assert vectors_by(outer) == vectors_by(inner) + MASKED


def test_codes_that_our_articles_name_stay():
    """The name of an error that a public article speaks of is no secret and stays, a customer's number does not."""
    bug = Passage("a#0", "a", 0, 0, 9, "It mends CVE-2017-12345.", "A fix")
    secret = Passage("b#0", "b", 0, 0, 9, "See CVE-2018-54321.", "For us")
    words, inner = LexicalIndex([bug, secret], {"b"}), Recording()
    MaskedQuestions(inner, words.holds).encode(["Is CVE-2017-12345 mended, CVE-2018-54321, or CVE-2017-12346?"])
    assert inner.read == ["Is CVE-2017-12345 mended, [code], or [code]?"]


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        (None, True),
        ("https://api.example.com/v1", True),
        ("https://8.8.8.8/v1", True),
        ("https://localhost.example.com/v1", True),
        ("http://127.0.0.1:8080/v1", False),
        ("http://[::1]:8080/v1", False),
        ("http://10.1.2.3/v1", False),
        ("http://localhost/v1", False),
        ("http://embedder:8080/v1", False),
        ("http://gpu.internal/v1", False),
    ],
)
def test_what_counts_as_outside(tmp_path, address, outside):
    """Servers on this machine, in a private network or under a local name are our own; all others get masked questions,
    unless the setting says otherwise."""
    assert is_outside(address) == outside
    given = {"data_dir": tmp_path, "embedder": "openai:m", "embedder_url": address, "_env_file": None}
    made = wiring.embedder_of(Settings(**given))
    assert isinstance(made, MaskedQuestions if outside else ServerEmbedder)
    assert isinstance(wiring.embedder_of(Settings(llm_masking=False, **given)), ServerEmbedder)


def test_the_check_tells_what_is_sent(tmp_path):
    """`answerable check` says that questions are masked, and warns when they are not; a local model says nothing."""
    given = {"data_dir": tmp_path, "_env_file": None}
    assert "personal data in questions is hidden" in health.sent_as(Settings(embedder="openai:m", **given))
    assert "WARNING" in health.sent_as(Settings(embedder="openai:m", llm_masking=False, **given))
    local = Settings(embedder="openai:m", embedder_url="http://127.0.0.1/v1", llm_masking=False, **given)
    assert health.sent_as(local) == health.sent_as(Settings(**given)) == ""
