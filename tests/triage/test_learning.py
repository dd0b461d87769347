"""What triage is taught from, and how it is judged by models that never saw what they judge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.assess import Labels, TicketContext, TicketText, assess, build_models, classifier_fingerprint
from triage.comparison import calibration_error, compare, figures
from triage.evidence import evidence_of
from triage.labels import Category
from triage.learning import (
    CONFIRMED,
    CORRECTED,
    OUT_OF_SCOPE,
    Judgement,
    Row,
    example_rows,
    folds_of,
    judge,
    name_rows,
    usable,
)
from triage.moods import judge_moods, mood_texts
from triage.negatives import Negatives
from triage.sentiment import shipped_model

WORDS = {
    "refund": "money refund card paid back",
    "parcel": "parcel track arrive courier late",
    "size": "too small fit shoe exchange",
}
LABELS = st.sampled_from(["refund", "parcel", OUT_OF_SCOPE])


def encode(texts):
    """A bag of words, hashed: texts that share words are near."""
    vectors = np.zeros((len(texts), 64), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        for word in text.lower().split() or ["-"]:
            row[sum(word.encode()) % 64] += 1.0
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def shop(size=12):
    """Categories with `size` examples each, made of the category's own words."""
    random = np.random.default_rng(1)
    return tuple(
        Category(name, name, "", tuple(f"{' '.join(random.permutation(words.split())[:4])} {n}" for n in range(size)))
        for name, words in WORDS.items()
    )


def looked_up(*groups):
    """The vectors of all rows' texts."""
    texts = sorted({row.text for rows in groups for row in rows})
    return dict(zip(texts, encode(texts), strict=True))


def judged_rows(rows, taught=None):
    """What models taught from `taught`, or the rows themselves, say of the rows."""
    source = rows if taught is None else taught
    return judge(source, rows, folds_of([*rows, *source]), looked_up(rows, source))


def judgement(labels, said, confidence=None, scope=None, origins=None):
    """A judgement made up of its outcomes."""
    count = len(labels)
    sure = np.array(confidence if confidence is not None else [0.9] * count, np.float64)
    rows = tuple(Row(f"r{n:03}", f"t{n}", label, (origins or [CORRECTED] * count)[n]) for n, label in enumerate(labels))
    fits = np.array(said, dtype=np.str_) == np.array(labels, dtype=np.str_)
    inside = np.array(scope if scope is not None else [1.0] * count, np.float64)
    return Judgement(rows, np.array(said, dtype=np.str_), sure, np.where(fits, sure, 0.1), inside)


def test_a_row_never_judges_itself():
    """A wrong label is contradicted by the others, though a model that had seen it would know better."""
    rows = [*example_rows(shop()), Row("label:1", "refund money card back please", "parcel", CORRECTED)]
    found = {row.key: said for row, said in zip(judged_rows(rows).rows, judged_rows(rows).said, strict=True)}
    assert found["label:1"] == "refund"


def test_what_categories_call_themselves_is_taught_but_not_judged():
    """Names add knowledge to every fold and no row to the judgement."""
    categories = tuple(Category(one.name, one.title, "about bikes", one.examples) for one in shop())
    rows = example_rows(categories)
    taught = [*rows, *name_rows(categories)]
    found = judge(taught, rows, folds_of(rows), looked_up(taught))
    assert {row.key for row in found.rows} == {row.key for row in rows}


def test_a_category_of_a_description_alone_is_not_judged_by_it():
    """Its only words are held out, and so is the name that says the same."""
    categories = (*shop(), Category("login", "Login", "password reset"))
    rows = example_rows(categories)
    taught = [*rows, *name_rows(categories)]
    assert "login/0" not in {row.key for row in judge(taught, rows, folds_of(rows), looked_up(taught)).rows}


def test_equal_texts_share_a_fold():
    """The same words under two labels are held out together."""
    rows = [Row("a", "same words", "refund"), Row("b", "same words", "parcel"), Row("c", "other", "refund")]
    assert len(folds_of(rows)) == 2


def test_the_order_of_rows_does_not_matter():
    """Teaching and judging in another order comes to the same figures, to the last digit."""
    rows = [*example_rows(shop()), Row("label:1", "where is my money", "refund", CORRECTED)]
    shuffled = [rows[place] for place in np.random.default_rng(3).permutation(len(rows))]
    assert figures(judged_rows(rows)) == figures(judged_rows(shuffled))
    assert evidence_of(judged_rows(rows)) == evidence_of(judged_rows(shuffled))


def test_the_only_example_of_a_category_is_left_out():
    """Nobody can know a category whose only example is held out, so that it counts against no side."""
    rows = [*example_rows(shop()), Row("lonely/0", "quite another thing", "lonely")]
    assert "lonely/0" not in {row.key for row in judged_rows(rows).rows}


def test_nothing_to_judge_comes_to_nothing():
    """No rows, one category of one example, and only out-of-scope labels: empty figures, no error."""
    for rows in ([], [Row("a/0", "x", "a")], [Row("label:1", "x", OUT_OF_SCOPE, CORRECTED)]):
        found = figures(judged_rows(rows))
        assert (found.n, found.right, found.ece) == (0, None, None)
        assert evidence_of(judged_rows(rows)).coverage == ()


def test_labels_of_categories_that_are_no_more_are_ignored_and_counted():
    """Such a label is neither taught nor judged; "none of these" always stays."""
    labels = [Row("label:1", "x", "gone"), Row("label:2", "y", "refund"), Row("label:3", "z", OUT_OF_SCOPE)]
    kept, ignored = usable(labels, shop())
    assert ([row.key for row in kept], ignored) == (["label:2", "label:3"], 1)


def test_confirmed_labels_judge_at_half_weight_and_teach_nothing():
    """What triage itself had said and a person left is weaker evidence."""
    categories = shop()
    confirmed = Labels((Row("label:1", "brand new words", "refund", CONFIRMED),))
    assert classifier_fingerprint(categories, confirmed) == classifier_fingerprint(categories)
    two = judgement(["a", "a"], ["a", "b"], origins=[CORRECTED, CONFIRMED])
    assert figures(two).accuracy == pytest.approx(2 / 3)


def test_many_rows_are_calibrated_on_a_fold_of_their_own():
    """Beyond three hundred rows, one fit a fold is enough, and figures stay honest."""
    found = figures(judged_rows(example_rows(shop(120))))
    assert (found.n, found.accuracy) == (360, 1.0)


def test_a_correction_is_learned():
    """Words that only a label brings are known afterwards, and the fingerprint tells."""
    categories, text = shop(), "my gizmo exploded"
    label = Row("label:1", text, "size", CORRECTED)
    taught = build_models(categories, (), encode, Labels((label,)))
    found = assess(TicketText.of("", text), encode([text])[0], TicketContext(), taught)
    assert found.category is not None
    assert found.category.label == "size"
    assert taught.fingerprint != build_models(categories, (), encode).fingerprint


def test_what_is_none_of_these_is_refused_from_then_on():
    """A ticket nearer to one that was marked out of scope than to any example is out of scope; the others are not."""
    categories, text = shop(), "refund parcel fit for your newsletter"
    label = Row("label:1", text, OUT_OF_SCOPE, CORRECTED)
    models = build_models(categories, (), encode, Labels((label,)))
    ours = categories[0].examples[0]
    asked = [assess(TicketText.of("", body), encode([body])[0], TicketContext(), models) for body in (text, ours)]
    assert [found.in_scope for found in asked] == [False, True]
    assert asked[0].scope_score < 0.5


def test_no_negatives_change_no_scope():
    """Without labels out of scope the scope is what it was."""
    models = build_models(shop(), (), encode)
    texts = ["money back", "weather in June"]
    asked = encode(texts)
    assert models.categories is not None
    assert models.scope is not None
    evidence = models.categories.evidence(asked, texts)
    assert np.array_equal(Negatives.none().scores(models.scope, evidence, asked), models.scope.scores(evidence))


def test_rules_change_without_teaching():
    """The same models under other rules have the same classifier and another fingerprint only when rules differ."""
    models = build_models(shop(), (), encode)
    assert models.with_rules(()).fingerprint == models.fingerprint


def test_moods_are_judged_by_what_never_saw_them():
    """Every correction gets a verdict, by its key."""
    rows = [
        Row(f"label:{n}", f"sentence number {n}", level, CORRECTED) for n, level in enumerate(["negative", "neutral"])
    ]
    texts = list(dict.fromkeys(mood_texts(rows)))
    vectors = dict(zip(texts, encode(texts), strict=True))
    assert judge_moods(rows, rows, vectors, shipped_model(encode)).keys() == {"label:0", "label:1"}


outcomes = st.lists(st.tuples(LABELS, st.sampled_from(["refund", "parcel"]), st.floats(0, 1)), min_size=1, max_size=40)


@given(outcomes, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_what_is_right_less_often_is_always_worse(rows, random):
    """However the outcomes fall: fewer right ones never go live, and nothing is worse than itself."""
    labels, said, confidence = (list(column) for column in zip(*rows, strict=True))
    before = judgement(labels, said, confidence)
    assert not compare(before, before).is_worse
    hits = [place for place, (label, other, _) in enumerate(rows) if label == other]
    if hits:
        spoiled = list(said)
        place = random.choice(hits)
        spoiled[place] = "parcel" if said[place] == "refund" else "refund"
        assert compare(before, judgement(labels, spoiled, confidence)).is_worse
        assert not compare(judgement(labels, spoiled, confidence), before).is_worse or before_is_less_calibrated(
            judgement(labels, spoiled, confidence), before
        )


def before_is_less_calibrated(old, new):
    """Whether the only complaint is about calibration."""
    was, now = figures(old), figures(new)
    return now.ece is not None and was.ece is not None and now.ece > was.ece + 0.02


@given(outcomes, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_verdict_does_not_depend_on_the_order_of_rows(rows, random):
    """Both sides shuffled alike or each in its own way: the figures and the verdict are the same."""
    labels, said, confidence = (list(column) for column in zip(*rows, strict=True))
    before, after = judgement(labels, said, confidence), judgement(labels, said[::-1], confidence)
    places = list(range(len(rows)))
    random.shuffle(places)
    turned, again = compare(shuffled(before, places), shuffled(after, places)), compare(before, after)
    assert turned.is_worse == again.is_worse
    for name in ("right", "accuracy", "ece", "refused", "caught"):
        assert getattr(turned.after, name) == pytest.approx(getattr(again.after, name))


def shuffled(judged, places):
    """The same judgement in another order."""
    order = np.array(places)
    rows = tuple(judged.rows[place] for place in places)
    return Judgement(rows, judged.said[order], judged.confidence[order], judged.given[order], judged.scope[order])


def test_being_clearly_less_calibrated_is_worse():
    """As many right ones with far too much confidence do not go live."""
    labels, said = ["a"] * 100, ["a"] * 60 + ["b"] * 40
    honest, boastful = judgement(labels, said, [0.6] * 100), judgement(labels, said, [0.99] * 100)
    found = compare(honest, boastful)
    assert found.is_worse
    assert "calibration error rose" in found.reason
    assert not compare(boastful, honest).is_worse


def test_sides_are_compared_on_the_rows_that_both_judged():
    """A row that only one side could judge counts for neither."""
    before, after = judgement(["a"], ["a"]), judgement(["a", "a"], ["a", "b"])
    assert compare(before, after).after.n == 1
    assert not compare(before, after).is_worse


def test_the_first_version_is_compared_with_nothing():
    """It has figures and is not worse."""
    found = compare(None, judgement(["a"], ["b"]))
    assert (found.before, found.after.accuracy, found.is_worse) == (None, 0.0, False)


def test_calibration_error_is_the_mean_gap():
    """Sure of 80 % and right in half of the cases: a gap of 0.3."""
    sure, right = np.array([0.8] * 4), np.array([True, True, False, False])
    assert calibration_error(sure, right, np.ones(4)) == pytest.approx(0.3)


def test_evidence_shows_what_a_person_needs():
    """Confusions, curves, doubts and standings, from outcomes that are known."""
    labels = ["a", "a", "a", "b", "b", OUT_OF_SCOPE]
    said = ["a", "a", "b", "b", "b", "a"]
    found = evidence_of(judgement(labels, said, [0.9, 0.8, 0.95, 0.7, 0.9, 0.6], [1, 1, 1, 1, 0.4, 0.3]))
    assert [(one.label, one.said, one.count) for one in found.confusions] == [("a", "b", 1), ("b", OUT_OF_SCOPE, 1)]
    assert found.names == ("a", "b", OUT_OF_SCOPE)
    assert found.matrix[0] == (2, 1, 0)
    assert [one.key for one in found.worst] == ["r002"]
    assert [(one.key, one.said) for one in found.suspects] == [("r002", "b")]
    assert found.coverage[-1].x == 1.0
    assert found.coverage[-1].y == pytest.approx(4 / 6)
    assert (found.scope[0].y, found.scope[-1].x, found.scope[-1].y) == (0.0, 1.0, 1.0)
    assert {one.name: one.n for one in found.standings} == {"a": 3, "b": 2}
    assert sum(one.count for one in found.reliability) == 5


def test_labels_that_the_others_contradict_are_surfaced():
    """A wrong category and a wrong "none of these" come first; a strange text that is out of scope is no suspect."""
    rows = example_rows(shop(20))
    wrong = Row("label:1", "refund money card back please", "size", CORRECTED)
    refused = Row("label:2", "parcel track arrive courier late", OUT_OF_SCOPE, CORRECTED)
    strange = Row("label:3", "zebra quilt hymn", OUT_OF_SCOPE, CORRECTED)
    found = evidence_of(judged_rows([*rows, wrong, refused, strange]))
    assert {(one.key, one.said) for one in found.suspects} == {("label:1", "refund"), ("label:2", "parcel")}


@given(outcomes)
@settings(max_examples=40, deadline=None)
def test_evidence_can_always_be_written_down(rows):
    """Whatever was judged comes out as finite numbers in 0..1."""
    import json

    labels, said, confidence = (list(column) for column in zip(*rows, strict=True))
    document = json.loads(json.dumps(evidence_of(judgement(labels, said, confidence)).to_dict(), allow_nan=False))
    assert all(0 <= point["x"] <= 1 and 0 <= point["y"] <= 1 for point in document["coverage"])
