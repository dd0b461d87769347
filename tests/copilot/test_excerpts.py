"""What is quoted where no language model chooses."""

from hypothesis import given
from hypothesis import strategies as st

from copilot import excerpts
from copilot.excerpts import LONGEST, SHORT
from copilot.several import Asked
from knowledge.articles import Article
from knowledge.passages import split
from knowledge.retrieval import Match

REFUNDS = Article("refunds", "Refunds", "A refund takes 5 days.\n\nCash is never paid out.")
PARCELS = Article("parcels", "Parcels", "Each parcel has a tracking number.")
PAKETE = Article("pakete", "Pakete", "Jedes Paket hat eine Nummer.", language="de")
LANGUAGES = {"refunds": "en", "parcels": "en", "pakete": "de"}


def match(article):
    return Match(split(article)[0], 1.0, 0.9, 5.0)


def told(*asked, language="en", short=False, whole=("parcel?", PARCELS)):
    given_ = [Asked(question, match(article) if article else None, 0.5) for question, article in asked]
    return [
        (q.article_id, q.text)
        for q in excerpts.for_each(given_, (whole[0], match(whole[1])), LANGUAGES, language, short=short)
    ]


def test_each_question_gets_its_excerpt_in_the_order_asked():
    """The excerpts follow the questions, not the ranking; a question without an article is passed over."""
    found = told(("tracking number?", PARCELS), ("violin lessons?", None), ("cash?", REFUNDS))
    assert found == [("parcels", PARCELS.body), ("refunds", REFUNDS.body)]


def test_questions_that_the_same_lines_answer_share_them():
    """Two questions about one passage are answered by one excerpt."""
    assert told(("refund days?", REFUNDS), ("cash paid?", REFUNDS)) == [("refunds", REFUNDS.body)]


def test_one_language_is_spoken():
    """What is in another language than the customer's is left out where anything is in theirs, else the first leads."""
    assert told(("parcel?", PARCELS), ("Paket?", PAKETE), language="de") == [("pakete", PAKETE.body)]
    assert told(("parcel?", PARCELS), ("Paket?", PAKETE), language="fr") == [("parcels", PARCELS.body)]


def test_what_answers_the_whole_stands_in_for_open_questions():
    """In the first place where no article answers stands what answers the ticket as a whole, once and not twice."""
    open_ = ("it?", None)
    assert told(open_, ("cash?", REFUNDS), open_) == [("parcels", PARCELS.body), ("refunds", REFUNDS.body)]
    assert told(("cash?", REFUNDS), open_, whole=("refund?", REFUNDS)) == [("refunds", REFUNDS.body)]
    assert told(open_, open_) == [("parcels", PARCELS.body)]


@given(st.integers(1, 10), st.booleans())
def test_several_excerpts_are_not_much_longer_than_two(count, short):
    """However many questions there are, the excerpts together stay within two long ones, or a short one for each."""
    bodies = "\n\n".join(f"Line {number} of the article, which says a little about it." for number in range(12))
    articles = [Article(f"a{number}", "A", bodies) for number in range(count)]
    given_ = [Asked("line?", match(article), 0.5) for article in articles]
    found = excerpts.for_each(given_, ("line?", match(articles[0])), {}, "en", short=short)
    assert len(found) == count
    assert sum(len(quote.text) for quote in found) <= max(2 * LONGEST, count * SHORT)
    assert all(quote.text in bodies for quote in found)
