"""How an embedding model behind an OpenAI-compatible server is asked, and what its failures become."""

import os
import socket
from contextlib import contextmanager
from time import monotonic

import numpy as np
import pytest

from copilot import embedding_server
from copilot.embedding_server import BATCH, RETRIES, SHORT_TEXT, connect
from copilot.fakes import HashEmbedder
from copilot.settings import Settings
from copilot.wiring import embedder_of
from knowledge.embedding import PROBES, EmbedderUnavailable, Prefixes
from tests.contracts import openai_server as server

WELL = server.embedding(HashEmbedder().encode)
LEARNING = [WELL, WELL]
"""What a server is asked before anything else: the questions and the answers of the probes."""


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """Retries follow at once."""
    monkeypatch.setattr(embedding_server, "FIRST_PAUSE", 0.0)


@contextmanager
def connected(url, model="m", **more):
    """An embedder behind a server, whose connections are closed at the end."""
    embedder = connect(model, "a-key", url, **more)
    try:
        yield embedder
    finally:
        embedder._client.close()


def vectors(*rows):
    """An answer with these rows, whatever was asked."""
    return server.embedding(lambda _: rows)


def test_many_texts_go_in_batches():
    """No request holds more texts than every server takes, and nothing is lost between them."""
    texts = [f"text {number}" for number in range(2 * BATCH + 5)]
    with server.running(WELL) as script, connected(script.url) as embedder:
        found = embedder.encode(texts)
        assert [len(request["input"]) for request in script.requests[2:]] == [BATCH, BATCH, 5]
    assert found == pytest.approx(HashEmbedder().encode(texts), abs=1e-5)


def test_e5_gets_its_prefixes():
    """Questions and passages carry the words that models of the e5 family were taught with."""
    with server.running(WELL) as script, connected(script.url, "intfloat/multilingual-e5-small") as embedder:
        embedder.encode(["where is it"])
        embedder.encode_passages(["There."])
        sent = [request["input"] for request in script.requests]
    assert sent[0] == [f"query: {question}" for question, _ in PROBES]
    assert sent[1] == [f"passage: {answer}" for _, answer in PROBES]
    assert sent[2:] == [["query: where is it"], ["passage: There."]]


def test_the_server_may_add_them_itself():
    """Where the server is told the kind of text, nothing is put before it."""
    with server.running(WELL) as script, connected(script.url, "e5", input_type=True) as embedder:
        embedder.encode_passages(["There."])
        assert [request["input_type"] for request in script.requests] == ["query", "passage", "passage"]
        assert script.requests[-1]["input"] == ["There."]


def test_another_model_has_another_fingerprint():
    """Other vectors under the same name, and other prefixes, are noticed; the scale of the vectors is not one."""
    other = server.embedding(lambda texts: -HashEmbedder().encode(texts))
    found = []
    for answer, prefixes in ((WELL, None), (WELL, None), (other, None), (WELL, Prefixes("q: ", "p: "))):
        with server.running(answer) as script, connected(script.url, prefixes=prefixes) as embedder:
            found.append(embedder.fingerprint)
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_a_failure_that_passes_is_asked_again():
    """A server that is busy for a moment is asked again, up to a few times in one call."""
    busy = server.failing(503)
    with server.running(*LEARNING, busy, server.failing(429), WELL) as script, connected(script.url) as embedder:
        assert len(embedder.encode(["a refund"])) == 1
    with server.running(*LEARNING, busy) as script, connected(script.url) as embedder:
        with pytest.raises(EmbedderUnavailable, match="m failed: status 503"):
            embedder.encode(["a refund"])
        assert len(script.requests) == 2 + 1 + RETRIES


def test_a_refusal_is_not_asked_again():
    """A wrong key stays wrong; and neither it nor an address is told."""
    with server.running(server.failing(401)) as script, connected(script.url) as embedder:
        with pytest.raises(EmbedderUnavailable) as caught:
            embedder.encode(["a refund"])
        assert len(script.requests) == 1
        assert str(caught.value) == "m failed: status 401"


def test_a_text_that_is_too_long_is_cut():
    """A server that refuses long texts gets the beginnings."""

    def strict(handler, body):
        (WELL if max(map(len, body["input"])) <= SHORT_TEXT else server.failing(413))(handler, body)

    with server.running(strict) as script, connected(script.url) as embedder:
        assert embedder.encode(["word " * 1_000, "short"]).shape == (2, 384)


@pytest.mark.parametrize(
    "answer",
    [
        server.raw(b"{}"),
        server.raw(b'{"data": [{"index": 0, "embedding": null}]}'),
        server.raw(b"not JSON"),
        server.raw(b"<html></html>", "text/html"),
        vectors(),
        vectors([1.0, 2.0], [1.0, 2.0]),
        vectors([0.0] * 384),
        vectors([float("nan")] * 384),
        vectors([1.0, 2.0]),
    ],
    ids=["empty", "null", "no json", "html", "no rows", "two rows", "zero", "nan", "another length"],
)
def test_nonsense_is_told(answer):
    """An answer with anything but one vector of the known length for each text means that there is no model."""
    with (
        server.running(*LEARNING, answer) as script,
        connected(script.url) as embedder,
        pytest.raises(EmbedderUnavailable, match="m answered with"),
    ):
        embedder.encode(["a refund"])


@pytest.mark.parametrize("answer", [server.silent, server.dripping])
def test_silence_ends(answer):
    """A server that does not answer, or a byte now and then, is waited for no longer than the time set."""
    with server.running(answer) as script, connected(script.url, timeout=0.3) as embedder:
        began = monotonic()
        with pytest.raises(EmbedderUnavailable, match=r"m (did not answer within 0\.3 s|failed: APITimeoutError)"):
            embedder.encode(["a refund"])
        assert monotonic() - began < 5


def test_a_server_that_keeps_failing_is_left_alone():
    """After some failures in a row nobody waits for it for a while."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with connected(f"http://127.0.0.1:{taken.getsockname()[1]}/v1") as embedder:
            for _ in range(3):
                with pytest.raises(EmbedderUnavailable, match="APIConnectionError"):
                    embedder.encode(["a refund"])
            with pytest.raises(EmbedderUnavailable, match="left alone for a while"):
                embedder.encode(["a refund"])


def test_settings_choose_it(monkeypatch, tmp_path):
    """`openai:MODEL` with an address is a model at a server; the language model's key stays out when there is one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "the-language-models")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    shared = embedder_of(Settings(embedder="openai:multilingual-e5-small"))
    own = embedder_of(
        Settings(embedder="openai:e5", embedder_url="http://127.0.0.1:2/v1", embedder_query_prefix="none")
    )
    try:
        assert (shared.name, str(shared._client.base_url)) == ("multilingual-e5-small", "http://127.0.0.1:1/v1/")
        assert shared._client.api_key == "the-language-models"
        assert (str(own._client.base_url), own._client.api_key) == ("http://127.0.0.1:2/v1/", "none")
        assert shared._prefixes == Prefixes("query: ", "passage: ")
        assert own._prefixes == Prefixes("", "passage: ")
    finally:
        shared._client.close()
        own._client.close()


def test_a_real_server():
    """With `ANSWERABLE_TEST_EMBEDDER_URL` naming a real server, most questions find their answers there."""
    url = os.environ.get("ANSWERABLE_TEST_EMBEDDER_URL")
    if not url:
        pytest.skip("ANSWERABLE_TEST_EMBEDDER_URL names no server")
    model = os.environ.get("ANSWERABLE_TEST_EMBEDDER", "multilingual-e5-small")
    typed = bool(os.environ.get("ANSWERABLE_TEST_EMBEDDER_INPUT_TYPE"))
    with connected(url, model, input_type=typed, timeout=120) as embedder:
        questions, answers = zip(*PROBES, strict=True)
        cosines = embedder.encode(questions) @ embedder.encode_passages(answers).T
        assert (np.argmax(cosines, axis=1) == np.arange(len(PROBES))).mean() >= 0.75
        hostile = ["", "\x00", "\ud800", "a" * 100_000, "🙂" * 5_000]
        assert np.linalg.norm(embedder.encode(hostile), axis=1) == pytest.approx(np.ones(5), abs=1e-4)
