"""Which model's vectors answer while articles are embedded, by one model or by the next."""

from contextlib import closing

import numpy as np
import pytest

from copilot import wiring
from copilot.fakes import HashEmbedder, MemoryIndex
from copilot.former_model import Former
from copilot.settings import Settings
from copilot.store import embedders
from knowledge.embedding import EmbedderUnavailable
from tests.builders import Desk, make_services


class NextEmbedder(HashEmbedder):
    """Another model: the same likeness of texts, with other vectors."""

    fingerprint = "hash-next"

    def encode(self, texts):
        return np.roll(super().encode(texts), 3, axis=1)


@pytest.fixture
def indexes():
    """One index a model, as if they stood in one place."""
    return {kind.fingerprint: MemoryIndex(fingerprint=kind.fingerprint) for kind in (HashEmbedder, NextEmbedder)}


@pytest.fixture
def opened(tmp_path, now, indexes):
    """Opens the desk with a model; the services before are closed, their indexes stay."""
    open_now = []

    def start(embedder, open_former=None):
        while open_now:
            open_now.pop().db.close()
        parts = {"embedder": embedder, "open_index": lambda: indexes[embedder.fingerprint]}
        open_now.append(make_services(tmp_path, now, open_former=open_former, **parts))
        return Desk(open_now[-1], now)

    yield start
    while open_now:
        open_now.pop().close()


def found(desk, text="when do refunds arrive"):
    desk.services.knowledge.refresh()
    return desk.services.knowledge.search_text(text, 3, "public")


def synced(desk):
    while desk.services.knowledge.sync():
        pass


def test_new_articles_do_not_turn_meaning_off(opened):
    """However many articles are added at once, those already there are found by meaning and the new ones by words."""
    desk = opened(HashEmbedder()).seed("articles")
    for number in range(50):
        desk.article(f"new-{number}", f"Snowshoes {number}", f"Snowshoes {number} are lent out.")
    known = found(desk)
    assert (known.degraded, known.matches[0].passage.article_id) == (None, "refunds")
    assert known.matches[0].dense > 0
    assert found(desk, "snowshoes 17").matches[0].passage.article_id == "new-17"


def test_the_former_model_answers_until_the_next_is_complete(opened, indexes):
    """Until the last article is embedded by the new model, questions are read by the former one and compared with its
    vectors; an article edited meanwhile is found by its words; then the new one answers alone."""
    synced(opened(HashEmbedder()).seed("articles"))
    former = HashEmbedder()
    desk = opened(NextEmbedder(), lambda _: Former(former, indexes[former.fingerprint]))
    desk.article("tents", "Tents", "Tents are aired in autumn.")
    desk.services.knowledge.sync(limit=3)
    meanwhile = found(desk)
    assert (meanwhile.degraded, meanwhile.matches[0].passage.article_id) == (None, "refunds")
    assert meanwhile.matches[0].dense == pytest.approx(dense_of(former, meanwhile))
    assert found(desk, "tents aired autumn").matches[0].passage.text == "Tents are aired in autumn."
    assert former.fingerprint in desk.services.pipeline.answerer.fingerprint
    synced(desk)
    after = found(desk)
    assert (after.degraded, after.matches[0].passage.article_id) == (None, "refunds")
    assert former.fingerprint not in desk.services.pipeline.answerer.fingerprint
    assert indexes[former.fingerprint].broken == "the search index is closed"
    assert desk.do(lambda session: embedders.serving(session).fingerprint) == "hash-next"


def dense_of(embedder, retrieval):
    passage = retrieval.matches[0].passage
    vectors = embedder.encode(["when do refunds arrive", f"{passage.title}\n{passage.text}"])
    return float(vectors[0] @ vectors[1])


def gone(_recipe):
    raise EmbedderUnavailable("its weights are gone")


@pytest.mark.parametrize(
    ("open_former", "reason"),
    [
        (gone, "its weights are gone"),
        (lambda _: Former(NextEmbedder(), MemoryIndex()), "no longer the same"),
        (lambda _: Former(HashEmbedder(), MemoryIndex()), "vectors are gone"),
    ],
)
def test_a_former_model_that_cannot_be_used_is_told(opened, open_former, reason):
    """Where the former model or its vectors cannot be had, only words are compared and it is said why."""
    synced(opened(HashEmbedder()).seed("articles"))
    desk = opened(NextEmbedder(), open_former)
    desk.services.knowledge.sync(limit=2)
    told = found(desk).degraded
    assert "being built" in told
    assert reason in told
    synced(desk)
    assert found(desk).degraded is None


def test_a_former_model_that_fails_later_leaves_the_words(opened, indexes):
    """When the former model stops answering, a search compares words."""
    synced(opened(HashEmbedder()).seed("articles"))
    former = HashEmbedder()
    desk = opened(NextEmbedder(), lambda _: Former(former, indexes[former.fingerprint]))
    assert found(desk).degraded is None
    former.encode = gone
    assert "only words" in found(desk).degraded
    assert found(desk).matches


def test_the_recipe_makes_the_same_model_again(tmp_path):
    """What is remembered makes an embedder with the same fingerprint, and holds no secret."""
    old = Settings(_env_file=None, data_dir=tmp_path, embedder="fake:hash", embedder_api_key="k3y")
    recipe = wiring.recipe_of(old)
    with closing(wiring.former_of(Settings(_env_file=None, data_dir=tmp_path), recipe).index) as index:
        assert index.fingerprint == HashEmbedder.fingerprint
    served = Settings(
        _env_file=None, data_dir=tmp_path, embedder="openai:m", embedder_url="https://u:p4ss@e.example/v1",
        embedder_api_key="k3y", embedder_query_prefix="q: ",
    )  # fmt: skip
    assert wiring.recipe_of(served) == {
        "embedder": "openai:m", "embedder_url": "https://e.example/v1", "embedder_query_prefix": "q: ",
        "embedder_passage_prefix": None, "embedder_input_type": False,
    }  # fmt: skip


@pytest.mark.parametrize(("url", "key"), [("https://old.example/v1", "k3y"), ("https://new.example/v1", None)])
def test_a_key_goes_only_to_its_server(tmp_path, monkeypatch, url, key):
    """A former embedding server gets the key in force only when it is the server that the key is set for."""
    given = []
    monkeypatch.setattr(wiring.embedding_server, "connect", lambda *args: given.append(args) or HashEmbedder())
    recipe = {"embedder": "openai:old", "embedder_url": "https://old.example/v1", "embedder_query_prefix": "q: "}
    now = Settings(_env_file=None, data_dir=tmp_path, embedder="openai:new", embedder_url=url, embedder_api_key="k3y")
    wiring.former_of(now, recipe).index.close()
    model, sent, address, prefixes, _ = given[0]
    assert (model, sent, address, prefixes.query) == ("old", key, "https://old.example/v1", "q: ")
