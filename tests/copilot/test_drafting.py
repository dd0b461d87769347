"""How a reply is put together out of passages."""

import pytest

from copilot import drafting
from copilot.asking import Pen, Question
from copilot.courtesy import COURTESY, courtesy, phrases
from copilot.drafting import EXTRACTIVE
from copilot.errors import Unavailable
from copilot.fakes import ScriptedModel
from copilot.grounding import check
from copilot.grounding.wording import wording
from copilot.plaintext import plain
from copilot.voice import Voice
from knowledge.articles import Article
from knowledge.passages import split
from knowledge.retrieval import Match

BOOTS = Article(
    "boots",
    "Choosing a boot",
    "## Our models\n\n- Moraine Mid WP: normal width.\n- Scree shoe: small; take half a size more.\n\n"
    "## Breaking in\n\nWear new boots at home for an hour a day. You can return them within 30 days.",
)


def matches(*articles):
    return [Match(passage, 1.0, 0.9, 5.0) for article in articles for passage in split(article)]


def written(text, model=None, name="Priya Nair", language="en", *articles):
    question = Question(text, language, name)
    given = articles or (BOOTS,)
    languages = {article.id: article.language for article in given}
    pen = Pen(model) if model else None
    return drafting.write(question, matches(*given), languages, pen, Voice("The shop"))


def test_the_section_that_shares_the_question_s_rare_words_is_quoted():
    """Of one passage the part that speaks of the thing asked about is quoted, without headings or other sections."""
    draft = written("I should be wearing thick socks for the Moraine Mid WP, what size for the first day at home?")
    assert draft.quotes[0].shown == "- Moraine Mid WP: normal width.\n- Scree shoe: small; take half a size more."
    assert "Breaking in" not in draft.body
    assert "Our models" not in draft.body


@pytest.mark.parametrize(
    ("tag", "language"), [("en-us", "en"), ("de-AT", "de"), ("fr-CA", "fr"), ("es-419", "es"), ("pt-BR", "en")]
)
def test_courtesies_know_no_region(tag, language):
    """A language with a region is greeted, signed and worded as the language is; one without phrases in English."""
    assert courtesy(tag) == COURTESY[language]
    assert list(phrases(tag, "Kim", "")) == list(phrases(tag[:2], "Kim", ""))
    assert Voice("The shop", signatures={tag[:2]: "Bye"}).signature(tag) == "Bye"
    assert wording(tag) is wording(tag[:2])


def test_a_draft_stands_between_courtesies_in_the_article_s_language():
    """Greeting with the first name, opening, quote, offer and closing follow each other in the article's language."""
    article = Article("retour", "Retours", "Vous pouvez renvoyer un article sous 30 jours.", language="fr")
    body = written("retour ?", None, "Marion Delcourt", "fr", article).body
    assert body.startswith("Bonjour Marion,\n\nMerci pour votre message.\n\nVous pouvez renvoyer")
    assert body.endswith("Cordialement,\nThe shop")


def test_a_quote_is_a_verbatim_piece_of_its_passage():
    """What a citation quotes stands in the passage letter for letter, and what is shown is its plain text."""
    draft = written("how do I break in boots at home?")
    quote = draft.quotes[0]
    assert quote.text in next(match.passage.text for match in matches(BOOTS))
    assert quote.shown == plain(quote.text)
    assert quote.shown in draft.body


def test_without_a_model_every_sentence_is_grounded():
    """An extractive draft has no sentence and no fact outside its sources and the courtesies."""
    draft = written("return within how many days?")
    courtesies = drafting.courtesy("en")
    known = ["Hello Priya,", courtesies.opening, courtesies.offer, courtesies.closing, "The shop"]
    found = check(draft.body, [(match.passage.id, plain(match.passage.text)) for match in matches(BOOTS)], known)
    assert found.unsupported == []
    assert found.unsupported_facts == ()


def test_a_model_s_neighbouring_sentences_become_one_quote():
    """Sentences that follow each other in a passage are quoted as one piece, in the order chosen."""
    model = ScriptedModel([4, 5, 2], name="picker")
    draft = written("boots", model)
    assert draft.writer == "picker"
    assert draft.problem is None
    assert len(draft.quotes) < 3


def test_a_model_that_fails_leaves_an_extractive_draft_with_the_reason():
    """When the model is unavailable the draft is extractive and says what went wrong."""
    draft = written("boots", ScriptedModel(Unavailable("picker did not answer within 20 s."), name="picker"))
    assert (draft.writer, draft.problem) == (EXTRACTIVE, "picker did not answer within 20 s.")
    assert draft.quotes


def test_a_model_that_finds_nothing_is_not_believed_to_have_answered():
    """An empty choice leaves an extractive draft marked with the reason."""
    draft = written("boots", ScriptedModel([], name="picker"))
    assert (draft.writer, draft.problem) == (EXTRACTIVE, "picker found no answer in the passages.")


def test_a_hostile_name_is_not_greeted():
    """A display name that is no name does not get into the reply."""
    assert written("boots", None, "http://evil.example click").body.startswith("Hello,\n")
