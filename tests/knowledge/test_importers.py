"""How files become articles."""

import json

import pytest

from knowledge.found import ArticleFileError, FileNote, FoundArticle
from knowledge.html_text import read_page
from knowledge.importers import examine, read_articles


def written(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_json_lines(tmp_path):
    """Rows become articles; unknown fields are ignored, `answers` may stand for the body, blank lines are skipped."""
    rows = [
        {"id": "a", "title": "T", "body": "B", "visibility": "internal", "more": 1},
        {"id": 2, "title": "Q", "answers": ["one", "two"]},
    ]
    path = written(tmp_path, "a.jsonl", "\ufeff" + "\n\n".join(json.dumps(row) for row in rows))
    first, second = read_articles([path])
    assert (first.id, first.visibility) == ("a", "internal")
    assert (second.id, second.body) == ("2", "one\n\ntwo")


def test_csv(tmp_path):
    """A CSV file with a header gives articles; empty optional cells mean the default."""
    path = written(tmp_path, "a.csv", 'id,title,body,language\na,T,"two\nlines",\nb,U,B,fr\n')
    first, second = read_articles([path])
    assert (first.body, first.language, second.language) == ("two\nlines", "en", "fr")


def test_a_folder_of_pages(tmp_path):
    """Markdown and HTML files of a folder are read in order; the path is the id unless the front matter has one."""
    front = "---\nid: refund\ntitle: Refunds\ncategory: money\nvisibility: internal\n---\n\nBody."
    written(tmp_path, "b/one.md", front)
    written(tmp_path, "b/two.md", "# Two words\n\nText.")
    written(tmp_path, "page.html", "<html lang=fr><title>Un</title><p>Texte")
    written(tmp_path, ".hidden/x.md", "# No\nno")
    one, two, page = read_articles([tmp_path])
    assert (one.id, one.title, one.category, one.visibility, one.body) == (
        "refund",
        "Refunds",
        "money",
        "internal",
        "Body.",
    )
    assert (two.id, two.title) == ("b/two", "Two words")
    assert (page.id, page.title, page.language, page.body) == ("page", "Un", "fr", "Texte")


@pytest.mark.parametrize(
    ("name", "content", "line", "field"),
    [
        ("a.jsonl", '{"id": "a", "title": "T", "body": "B"}\n{"id": "b", "body": "B"}', 2, "title"),
        ("a.jsonl", '{"id": "a", "title": "T", "body": ["B"]}', 1, "body"),
        ("a.jsonl", "\n{", 2, None),
        ("a.jsonl", "[" * 100_000, 1, None),
        ("a.jsonl", "[]", 1, None),
        ("a.jsonl", b'{"id": "\xff"}', 1, None),
        ("a.jsonl", '{"id": "a", "title": "T", "body": "B"}\n' * 2, 2, "id"),
        ("a.csv", "id,title\na,T\n", 1, "body"),
        ("a.csv", "id,title,body\na,T,B\nb,,B\n", 3, "title"),
        ("a.csv", 'id,title,body\na,"T"x,B\n', 2, None),
        ("a.md", "---\nid: [\n---\nB", 3, None),
        ("a.md", "---\ntitle: T\nB", 1, None),
        ("a.md", "---\nlanguage: no\n---\nB", 1, "language"),
        ("a.md", "", None, "body"),
        ("a.html", b"\x00\xff", None, None),
        ("a.html", b"<meta charset=shift_jis><p>\xff", None, None),
        ("a.html", "<div>" * 600, None, "body"),
        ("a.txt", "x", None, None),
    ],
)
def test_errors_name_file_line_and_field(tmp_path, name, content, line, field):
    """What cannot be read raises one error that names the file, the line and the field, where there are such."""
    path = written(tmp_path, name, content)
    with pytest.raises(ArticleFileError) as caught:
        list(read_articles([path]))
    assert (caught.value.line, caught.value.field) == (line, field)
    assert str(caught.value).startswith(str(path))


def test_missing_paths(tmp_path):
    """A missing file and a folder without pages raise an error that names them."""
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(ArticleFileError, match=str(path)):
            list(read_articles([path]))


def test_a_web_page_reads_as_text():
    """Structure survives as headings and dashes; scripts, styles and navigation do not."""
    page = read_page(
        "<html lang='de-AT'><title>Foo &amp; Bar</title><style>x{}</style><nav>menu</nav><h1>Hi</h1>"
        "<p>One <b>bold</b>\n word<br>next</p><ul><li><p>First</p><li>Second</ul>"
        "<script>alert(1)</script><pre>x\n  y</pre>"
    )
    assert (page.title, page.language) == ("Foo & Bar", "de-at")
    assert page.text == "# Hi\n\nOne bold word\nnext\n\n- First\n\n- Second\n\nx\n  y"


def test_steps_and_tables_of_a_web_page_keep_their_shape():
    """Numbered lists keep their numbers and tables of short cells their rows; a table that lays out a page is none."""
    steps = read_page("<p>Do:</p><ol><li>Open<ul><li>wide</li></ul></li><li><p>Shut</p></li></ol>")
    assert steps.text == "Do:\n\n1. Open\n\n  - wide\n\n2. Shut"
    prices = "<caption>Prices</caption><tr><th>Plan</th><th>Price</th></tr><tr><td>A</td><td>1 <b>EUR</b></td></tr>"
    assert read_page(f"<table>{prices}</table>").text == "Prices\n\n| Plan | Price |\n|---|---|\n| A | 1 EUR |"
    for laid_out in ("<p>One</p><p>Two</p>", "a | b", "x" * 300, "<table><tr><td>y<tr><td>z</table>"):
        page = read_page(f"<table><tr><td>{laid_out}</td><td>End</td></tr><tr><td>1</td><td>2</td></tr></table>")
        assert "End" in page.text
        assert not page.text.startswith("|")


def test_broken_tables_and_lists_lose_no_words():
    """Cells without rows, rows without cells and items without lists are read as far as they go."""
    broken = "<li>a</li><td>b</td><tr><table><tr></tr><td>c</td></table></ol><table></table><ol>d<table><caption>e"
    assert [word for word in read_page(broken).text.split() if word.isalpha()] == ["a", "b", "c", "d", "e"]


def found_in(path):
    """Ids with bodies, problems by line, and notes."""
    found = list(examine([path]))
    bodies = {x.article.id: x.article.body for x in found if isinstance(x, FoundArticle)}
    problems = [(x.line, x.problem) for x in found if isinstance(x, ArticleFileError)]
    return bodies, problems, [x.text for x in found if isinstance(x, FileNote)]


def test_what_a_file_tells_itself(tmp_path):
    """Which fields come from the file is known, so that nobody takes a default for its word."""
    front = "---\nid: refund\nvisibility: internal\n---\n\nBody."
    written(tmp_path, "a.md", front)
    written(tmp_path, "b.md", "Body.")
    written(tmp_path, "c.html", "<html lang=fr><p>Texte")
    folder = {x.article.title: x.told for x in examine([tmp_path])}
    assert folder == {
        "a": {"id", "title", "body", "visibility"}, "b": {"title", "body"}, "c": {"title", "body", "language"},
    }  # fmt: skip
    sheet = written(tmp_path, "a.csv", "id,title,body,status,owner\na,T,B,draft,\n")
    (row,) = examine([sheet])
    assert row.told == {"id", "title", "body", "status"}


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_a_broken_row_costs_only_itself(tmp_path, name, monkeypatch):
    """Lines that are no text, too long or broken are told with their number, and all others are read."""
    monkeypatch.setattr("knowledge.rows.MAX_LINE_BYTES", 2_000)
    if name == "a.jsonl":
        rows = [json.dumps({"id": letter, "title": "Tä", "body": "B"}, ensure_ascii=False) for letter in "abcdef"]
        bad = ["{", "x" * 5_000, b'{"id": "\xff"}', "[" * 1_500]
    else:
        rows = ["id,title,body", *(f"{letter},Tä,B" for letter in "abcde")]
        bad = ['x,"T"x,B', "x" * 5_000, b"x,\xff,B", "x,only"]
    lines = [*rows[:2], bad[0], rows[2], bad[1], bad[2], *rows[3:5], bad[3], *rows[5:]]
    path = written(tmp_path, name, b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines))
    bodies, problems, notes = found_in(path)
    assert "".join(bodies) == ("abcdef" if name == "a.jsonl" else "abcde")
    assert [line for line, _ in problems] == [3, 5, 6, 9]
    assert "longer than 2000 bytes" in problems[1][1]
    assert "is not UTF-8" in problems[2][1]
    assert notes == []


def test_a_quote_that_is_never_closed(tmp_path):
    """It costs its own row; a file of nothing else has an end."""
    path = written(tmp_path, "a.csv", 'id,title,body\na,T,"two\nlines"\nb,"T,B\nc,T,B\nd,T,"B ""quoted"" ;"\n')
    bodies, problems, _ = found_in(path)
    assert bodies == {"a": "two\nlines", "c": "B", "d": 'B "quoted" ;'}
    assert [line for line, _ in problems] == [4]
    path = written(tmp_path, "b.csv", "id,title,body\n" + 'x,"y"z,"\n' * 5_000)
    bodies, problems, _ = found_in(path)
    assert bodies == {}
    assert len(problems) == 202
    assert "broken rows" in problems[-1][1]


def test_a_long_cell(tmp_path):
    """A cell may be as long as an article; a longer one is refused as what it is."""
    rows = ["id,title,body", f"a,T,{'word ' * 100_000}", f"b,T,{'word ' * 300_000}", "c,T,B"]
    bodies, problems, _ = found_in(written(tmp_path, "a.csv", "\n".join(rows)))
    assert {name: len(body) for name, body in bodies.items()} == {"a": 500_000, "c": 1}
    assert problems == [(3, "is 1500000 characters long; the limit is 1000000")]


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_what_spreadsheets_write(tmp_path, separator):
    """Semicolons and tabs separate cells too, as the header shows; without UTF-8 Windows-1252 is read, with a note."""
    rows = [["\ufeffid", '"title"', "body"], ["a", "Größe", '"über, alles; hier"'], ["b", "T", "für 5 €"]]
    text = "\r\n".join(separator.join(row) for row in rows)
    bodies, problems, notes = found_in(written(tmp_path, "a.csv", text))
    assert (bodies, problems, notes) == ({"a": "über, alles; hier", "b": "für 5 €"}, [], [])
    bodies, problems, (note,) = found_in(written(tmp_path, "b.csv", text.removeprefix("\ufeff").encode("cp1252")))
    assert (bodies, problems) == ({"a": "über, alles; hier", "b": "für 5 €"}, [])
    assert "Windows-1252" in note
    _, problems, _ = found_in(written(tmp_path, "c.csv", text.encode("utf-16")))
    assert "UTF-16" in problems[0][1]
    assert found_in(written(tmp_path, "d.csv", b"id,title,body\na,\x00,B"))[1] == [
        (None, "is not text: it holds NUL bytes")
    ]
