"""How a PDF reads as text."""

import pytest

from knowledge import pdf_text
from knowledge.importers import examine
from knowledge.pdf_text import PdfError, read_pdf


def pdf(text, title="A title"):
    """A small PDF file with one page, made by hand."""
    drawn = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET" if text else ""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
        "/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        f"<< /Title ({title}) >>",
    ]
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(places) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return (out + f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}{trailer}").encode("latin-1")


def test_a_pdf_becomes_an_article(tmp_path):
    """Its words are the body, its title the title, its path the id."""
    (tmp_path / "returns.pdf").write_bytes(pdf("Send it back within 30 days."))
    (found,) = examine([tmp_path])
    assert (found.article.id, found.article.title, found.article.body) == (
        "returns",
        "A title",
        "Send it back within 30 days.",
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "is not a PDF"), (b"%PDF-1.4\nnothing", "broken"), (pdf(""), "no text"), (b"<html>", "is not a PDF")],
)
def test_what_cannot_be_read(content, reason):
    """Each has its reason."""
    with pytest.raises(PdfError, match=reason):
        read_pdf(content)


def test_limits(monkeypatch):
    """A reader that takes too long is ended, one that dies is told."""
    monkeypatch.setattr(pdf_text, "SECONDS", 0.01)
    with pytest.raises(PdfError, match="takes longer"):
        read_pdf(pdf("Words"))
    monkeypatch.setattr(pdf_text, "SECONDS", 60)
    monkeypatch.setattr(pdf_text.sys, "executable", "/bin/false")
    with pytest.raises(PdfError, match="too much"):
        read_pdf(pdf("Words"))
