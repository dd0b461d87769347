"""What of a text its readers do not see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.articles import Article, ArticleError
from knowledge.hidden_text import shown, visible
from knowledge.html_text import read_page

PIECES = st.sampled_from(
    [
        "<!--",
        "-->",
        "<div hidden>",
        "</div>",
        "<i style='display:none'>",
        "</i>",
        "`",
        "```\n",
        "\n\n",
        "    ",
        "a",
        "<b>",
        "\\",
    ]
)


def body(text):
    return Article("a", "T", f"before {text} after").body


@pytest.mark.parametrize(
    "text",
    [
        "<!-- secret -->",
        "\n<!-- one\n\nsecret -->\n",
        '<span style="display:none">secret</span>',
        "<SPAN STYLE='color:red;DISPLAY : none !important'>secret <span>secret</span> secret</SPAN>",
        "<p style='visibility:hidden'>secret</p>",
        "<b style='font-size:0px'>secret</b>",
        "<b style='opacity: .0'>secret</b>",
        "<b style='position:absolute;left:-9999px'>secret</b>",
        "<b style='overflow:hidden;height:0'>secret</b>",
        '<b style="display&#58;n\\one">secret</b>',
        "<b style='dis/* */play:none'>secret</b>",
        "<b hidden>secret</b>",
        "<b title='>' hidden>secret</b>",
        "\n\n<div hidden>\n\nsecret\n\n</div>\n\n",
        "\n\n<div hidden>\nsecret\n\n",
        "<template>secret</template>",
        "\n\n<script>\nvar secret = 1\n</script>\n\n",
        "<!<!-- -->-- secret -->",
        "\n\n<div>`<!-- secret -->`</div>\n\n",
    ],
)
def test_what_a_browser_hides_is_taken_out(text):
    """Comments and elements that no browser shows do not become part of an article; the words around them do."""
    kept = body(text)
    assert "secret" not in kept
    assert kept.startswith("before ")
    assert kept.endswith(" after")


@pytest.mark.parametrize(
    "text",
    [
        "`<!-- secret -->`",
        "``<b hidden>` secret</b>``",
        "\n\n```html\n<!-- secret -->\n```\n\n",
        "\n\n- a step:\n\n  ~~~\n  <b hidden>secret</b>\n  ~~~\n\n",
        "\n\n    <!-- secret -->\n\n",
        "\\<!-- secret -->",
        "<b>secret</b>",
        "the <script> tag, a secret",
        "<!-- secret",
        "<b style='opacity:0.9'>secret</b>",
        "<b style='margin-left:-100px;background-color:transparent'>secret</b>",
        "<kim@example.com> secret",
        "a < b, secret > c",
    ],
)
def test_what_a_browser_shows_stays(text):
    """Code keeps its text, and so does everything else that readers see."""
    assert "secret" in body(text)


def test_characters_without_a_shape_are_dropped():
    """Zero-width, bidi and tag characters go; joiners stay where a script or an emoji needs them."""
    article = Article(
        "a", "T\u200bi\u202etle", "pay\u200bment \u202eback\u2066 auf\u200clage x\U000e0041 می\u200cخواهم 👨\u200d👩"
    )
    assert article.title == "Title"
    assert article.body == "payment back auflage x می\u200cخواهم 👨\u200d👩"


def test_text_that_is_hidden_over_and_over_is_refused():
    """A body whose comments make new comments without end is no article, and the error names the field."""
    with pytest.raises(ArticleError, match="body: hides text"):
        Article("a", "T", "<!" * 30 + "--" + " -->--" * 30)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_an_article_is_its_own_text(text):
    """Reading a stored body again changes nothing, so that its passages stay at their places."""
    try:
        once = shown(visible(text))
    except ValueError:
        return
    assert shown(visible(once)) == once


def test_a_hostile_text_takes_no_long_time():
    """Tags, quotes and backticks that never close are read in about linear time."""
    for piece in ('<a"', "<b hidden>", "<!--", "` `` ", "<a b='"):
        assert len(shown(piece * 20_000)) <= len(piece) * 20_000


def test_a_page_hides_what_nothing_on_it_opens():
    """Of a web page, hidden elements are left out, unless something on the page opens them."""
    page = read_page(
        "<p>One <x-y hidden>secret <b>secret</b></x-y>two.</p><div style='display:none'>secret<br><p>secret</div>"
        "<button aria-controls=q>How?</button><div id=q hidden>Like this.</div>"
    )
    assert page.text.split() == ["One", "two.", "Like", "this."]


def test_a_page_that_shows_markup_keeps_it():
    """What a web page shows as text, such as an example of HTML, is still there once it is an article."""
    page = read_page(
        "<p>Write &lt;!-- note --&gt; or &lt;b hidden&gt;so&lt;/b&gt;.</p><pre>&lt;!-- kept --&gt;\n# a = 1</pre><p>End"
    )
    article = Article("a", "T", page.text)
    assert article.body == page.text
    assert "`<!-- note -->`" in article.body
    assert "```\n<!-- kept -->\n# a = 1\n```" in article.body
