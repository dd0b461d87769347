"""What every embedder promises: the fake, the real one and one behind a real OpenAI-compatible server alike."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from copilot.embedding_server import connect
from copilot.fakes import HashEmbedder
from knowledge.embedding import Embedder, SentenceTransformerEmbedder
from tests.contracts import openai_server as server

HOSTILE = ["", " ", "\x00", "\ud800 lone", "\ufffe", "a" * 100_000, "🙂" * 5_000, "\u202e\u200b" * 100, "\n" * 9_000]


@pytest.fixture(scope="module", params=["fake", "real", "server"])
def make(request) -> Iterator:
    """Makes embedders of one kind."""
    if request.param != "server":
        yield HashEmbedder if request.param == "fake" else SentenceTransformerEmbedder
        return
    made = []
    with server.running(server.embedding(HashEmbedder().encode)) as script:

        def connected() -> Embedder:
            made.append(connect("m", None, script.url))
            return made[-1]

        yield connected
        for embedder in made:
            embedder._client.close()


@pytest.fixture(scope="module")
def embedder(make) -> Embedder:
    return make()


def test_vectors_are_unit_float32_of_the_stated_shape(embedder):
    """Each text gets one float32 vector of the embedder's dimension and of length 1."""
    vectors = embedder.encode(["a refund", "where is my parcel?"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (2, embedder.dimension)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)


def test_nothing_gives_nothing(embedder):
    """No texts give an array of no rows that still has the dimension."""
    vectors = embedder.encode([])
    assert vectors.shape == (0, embedder.dimension)
    assert vectors.dtype == np.float32


def test_order_is_kept(embedder):
    """Row i belongs to text i, however long the texts are and whatever else is in the batch."""
    texts = ["long " * (40 - number) + f"tail {number}" for number in range(20)]
    together = embedder.encode(texts)
    assert together[[0, 7, 19]] == pytest.approx(embedder.encode([texts[0], texts[7], texts[19]]), abs=1e-4)


def test_similar_texts_are_near(embedder):
    """A text is nearer to one that says nearly the same than to another matter."""
    asked, near, far = embedder.encode(
        ["how do I get a refund for my order", "refund for an order", "the printer shows a paper jam"]
    )
    assert asked @ near > asked @ far + 0.2


def test_hostile_text_gets_a_vector(embedder):
    """Empty, huge and broken text is encoded like any other: finite, of length 1."""
    vectors = embedder.encode(HOSTILE)
    assert np.isfinite(vectors).all()
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(HOSTILE)), abs=1e-5)


def test_passages_get_vectors_that_questions_are_near(embedder):
    """Passages have vectors of the same kind, and a question is nearer to its answer than to another's."""
    answer, other = embedder.encode_passages(["A refund takes five days.", "The printer shows a paper jam."])
    question = embedder.encode(["how long does a refund take"])[0]
    assert question @ answer > question @ other
    assert embedder.encode_passages([]).shape == (0, embedder.dimension)


def test_related_texts_are_liker_than_unrelated_ones(embedder):
    """What an embedder tells of its cosines has questions nearer to their answers than to those of others."""
    assert embedder.likeness.related > embedder.likeness.unrelated


def test_name_and_fingerprint_are_fixed(embedder, make):
    """Name and fingerprint are texts that two embedders of a kind share."""
    again = make()
    assert embedder.name
    assert (embedder.name, embedder.fingerprint) == (again.name, again.fingerprint)


def test_threads_may_share_it(embedder):
    """Encoding from several threads at once gives what one thread gets."""
    texts = ["one parcel", "two refunds", "three invoices"]
    expected = embedder.encode(texts)
    found: list[np.ndarray] = []
    threads = [threading.Thread(target=lambda: found.append(embedder.encode(texts))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.allclose(vectors, expected, atol=1e-4) for vectors in found)
