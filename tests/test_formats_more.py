"""More kinds of files, made by the tests, read back; citations by what each kind is divided into."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from test_formats import bomb, epub, laughing, lines_of, texts

from index import Index, ReadError
from index.readers import read_document
from index.types import Document
from qa import ask
from qa.cli import main

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ODF = "urn:oasis:names:tc:opendocument:xmlns"


def read(data: bytes, name: str, password: str | None = None) -> Document:
    return read_document(data, Path(name), password=password)


def slides() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    presentation = Presentation()
    presentation.core_properties.title = "Report of the Harbour"
    for title, words in (("Ships", "Forty ships came in May."), ("Cargo", "They carried tin and wool.")):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = words
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(5), Inches(4), Inches(1)).table
    for row, cells in enumerate((("Good", "Tons"), ("Tin", "310"))):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = "Mention the storm of June."
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def test_slides_are_read_with_tables_and_notes_and_counted() -> None:
    document = read(slides(), "harbour.pptx")
    assert document.title == "Report of the Harbour"
    assert [section.title for section in document.sections] == ["Ships", "Cargo"]
    assert texts(document) == [
        "Forty ships came in May.",
        "They carried tin and wool.",
        "Good | Tons",
        "Tin | 310",
        "Mention the storm of June.",
    ]
    assert [(page.label, page.unit) for page in document.pages] == [("1", "slide"), ("2", "slide")]
    assert document.page_at(document.text.index("tin and wool")) == document.pages[1]


def odt() -> bytes:
    text = (
        '<text:h text:outline-level="1">The Well</text:h><text:p>It was dug<text:s/>in 1702<text:note><text:note-body>'
        "<text:p>So the register.</text:p></text:note-body></text:note> by hand.</text:p>"
        "<text:list><text:list-item><text:p>水 and מים stay.</text:p></text:list-item></text:list>"
        "<table:table><table:table-row><table:table-cell><text:p>Depth</text:p></table:table-cell>"
        "<table:table-cell><text:p>12 m</text:p></table:table-cell></table:table-row></table:table>"
    )
    names = " ".join(f'xmlns:{name}="{ODF}:{name}:1.0"' for name in ("office", "text", "table", "meta"))
    meta = (
        "<office:meta><meta:initial-creator>P. Digger</meta:initial-creator>"
        "<meta:creation-date>2019-05-02T10:00:00</meta:creation-date></office:meta>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("meta.xml", f"<office:document-meta {names}>{meta}</office:document-meta>")
        body = f"<office:body><office:text>{text}</office:text></office:body>"
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
    return out.getvalue()


def test_opendocument_text_keeps_headings_lists_tables_and_notes() -> None:
    document = read(odt(), "well.odt")
    assert (document.author, document.date) == ("P. Digger", "2019-05-02")
    assert [section.title for section in document.sections] == ["The Well"]
    assert texts(document) == [
        "It was dug in 1702 by hand.",
        "So the register.",
        "水 and מים stay.",
        "Depth | 12 m",
    ]


def workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheep"
    sheet.append(["Farm", "Count"])
    sheet.append(["Upper Hill", 212])
    sheet.append([None, None])
    sheet.append(["Low Meadow", 97.5])
    book.create_sheet("Goats").append(["None kept"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_rows_of_a_workbook_are_paragraphs_with_the_number_of_their_row() -> None:
    document = read(workbook(), "farms.xlsx")
    assert texts(document) == [
        "Farm | Count",
        "Farm: Upper Hill; Count: 212",
        "Farm: Low Meadow; Count: 97.5",
        "None kept",
    ]
    assert [section.title for section in document.sections] == ["Sheep", "Goats"]
    assert [page.label for page in document.pages] == ["1", "2", "4", "1"]


def test_a_row_is_cited_by_sheet_and_row(tmp_path: Path) -> None:
    (tmp_path / "farms.xlsx").write_bytes(workbook())
    with Index.open(tmp_path / "library") as index:
        assert not index.add(tmp_path / "farms.xlsx").failed
        (hit, *_) = ask("How many sheep has Low Meadow?", index=index).hits
    (evidence, *_) = hit.evidence
    assert evidence.text.endswith("Farm: Low Meadow; Count: 97.5")
    assert evidence.citation.section == "Sheep" and "rows 2–4" in str(evidence.citation)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separated_values_whatever_separates_them(separator: str) -> None:
    rows = [["Town", "Mayor"], ["Ashford", "Ann, the elder"], ["Bray", "Bill"]]
    data = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows).encode()
    document = read(data, "towns.csv")
    assert texts(document) == ["Town | Mayor", "Town: Ashford; Mayor: Ann, the elder", "Town: Bray; Mayor: Bill"]
    assert [page.label for page in document.pages] == ["1", "2", "3"]


def message(html: bool) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ada Brook <ada@example.org>", "The mill stones"
    mail["Date"] = "Thu, 02 May 2019 10:00:00 +0000"
    if html:
        mail.set_content("<p>The stones weigh a ton.</p><p>Come on Monday.</p>", subtype="html")
    else:
        mail.set_content("The stones weigh\na ton.\n\nCome on Monday.\n")
        mail.add_attachment(b"x", maintype="image", subtype="png", filename="stones.png")
    return mail.as_bytes()


@pytest.mark.parametrize("html", [False, True])
def test_a_message_is_read_with_sender_date_and_subject(html: bool) -> None:
    document = read(message(html), "stones.eml")
    assert (document.title, document.author, document.date) == ("The mill stones", "Ada Brook", "2019-05-02")
    assert texts(document) == ["The stones weigh a ton.", "Come on Monday."]
    assert html or "stones.png" in document.text


def test_chapters_of_a_book_are_cited_as_its_contents_name_them() -> None:
    data = io.BytesIO(epub(["<p>It began.</p>", "<p>It went on.</p>", "<p>It ended.</p>"]))
    with zipfile.ZipFile(data, "a") as archive:
        opf = archive.read("OEBPS/book.opf").decode()
        nav = '<item id="nav" properties="nav" href="nav.xhtml"/></manifest>'
        archive.writestr("OEBPS/book.opf", opf.replace("</manifest>", nav))
        links = '<a href="c%200.xhtml">Morning</a><a href="c%202.xhtml#top">Evening</a>'
        archive.writestr("OEBPS/nav.xhtml", f"<html><body><nav>{links}</nav></body></html>")
    document = read(data.getvalue(), "day.epub")
    at = [document.page_at(document.text.index(words)) for words in ("began", "went on", "ended")]
    assert [page and (page.label, page.unit) for page in at] == [
        ("Morning", "chapter"),
        ("Morning", "chapter"),
        ("Evening", "chapter"),
    ]


def scanned(pages: list[list[str]]) -> bytes:
    """A PDF of pictures of pages."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for page in pypdfium2.PdfDocument(lines_of(pages)):
        width, height = page.get_size()
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(page.render(scale=3).to_pil()), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.skipif(not shutil.which("tesseract"), reason="no Tesseract here (Debian: apt-get install tesseract-ocr)")
def test_scanned_pages_are_read_by_tesseract_and_cited_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [["The harbour was opened by", "Admiral Jones in 1911."], ["The lighthouse burned down in 1934."]]
    (tmp_path / "scan.pdf").write_bytes(scanned(lines))
    with Index.open(tmp_path / "library") as index:
        assert not index.add(tmp_path / "scan.pdf").failed
        best = ask("When did the lighthouse burn down?", index=index).hits[0].evidence[0]
    assert best.text == "The lighthouse burned down in 1934." and best.citation.page == "2"
    monkeypatch.setenv("FOOTNOTE_OCR", "tlh")
    with pytest.raises(ReadError, match="FOOTNOTE_OCR"):
        read(scanned(lines), "scan.pdf")


def test_scanned_pages_are_named_where_nothing_can_read_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ReadError, match="install Tesseract"):
        read(scanned([["The harbour."]]), "scan.pdf")


def mixed() -> bytes:
    """A PDF of a page of text, two of pictures, an empty one, and another picture."""
    out, picture = pypdfium2.PdfDocument.new(), pypdfium2.PdfDocument(scanned([["The harbour was opened in 1911."]]))
    text = pypdfium2.PdfDocument(lines_of([["The mill was built by Anna Berg."], []]))
    for source, page in ((text, 0), (picture, 0), (picture, 0), (text, 1), (picture, 0)):
        out.import_pages(source, [page])
    whole = io.BytesIO()
    out.save(whole)
    return whole.getvalue()


def test_pages_that_could_not_be_read_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mixed.pdf").write_bytes(mixed())
    monkeypatch.setenv("PATH", "")
    library = str(tmp_path / "library")
    assert main(["add", str(tmp_path / "mixed.pdf"), "--index", library, "--json"]) == 0
    printed = capsys.readouterr()
    (partial,) = json.loads(printed.out)["partial"]
    named = f"{tmp_path / 'mixed.pdf'} was added without pages 2–3, 5, scanned as it seems;"
    assert partial["reason"].startswith(named)
    assert partial["reason"] in printed.err
    with Index.open(library) as index:
        assert [d.text for d in index.documents()] == ["The mill was built by Anna Berg."]


@pytest.mark.skipif(not shutil.which("tesseract"), reason="no Tesseract here (Debian: apt-get install tesseract-ocr)")
def test_pictures_among_pages_of_text_are_read_in_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    document = read(mixed(), "mixed.pdf")
    assert not document.unread and document.text.count("opened in 1911") == 3
    assert [page.number for page in document.pages] == [1, 2, 3, 5]
    monkeypatch.setattr("index.readers.ocr._PAGE_SECONDS", 0.001)
    assert "pages 2–5, which Tesseract could not read in time" in read(mixed(), "mixed.pdf").unread


def test_chinese_and_japanese_lines_are_joined_without_spaces() -> None:
    chinese, japanese = (
        "网络主权是指一个国家对其境内的互联网拥有管辖权。",
        "この橋は明治時代に建てられ、長さは百メートルである。",
    )
    out = io.BytesIO()
    canvas = Canvas(out)
    for font, text, y in (("STSong-Light", chinese, 700), ("HeiseiMin-W3", japanese, 600)):
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        canvas.setFont(font, 12)
        canvas.drawString(70, y, text[:14])
        canvas.drawString(70, y - 15, text[14:])
    canvas.save()
    assert texts(read(out.getvalue(), "asia.pdf")) == [chinese, japanese]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: install it (Debian: apt-get install chromium)")
def test_hebrew_and_arabic_are_in_the_order_of_reading(browser: Browser) -> None:
    paragraphs = [
        "הגשר נבנה בשנת 1887 על ידי Gustave Eiffel (מהנדס) בעיר פריז, ועלותו 1,024 פרנק.",
        "بني الجسر في عام 1887 فوق النهر الكبير في المدينة القديمة.",
        "The office first flowed with coffee.",
    ]
    page_of = "".join(f'<p dir="auto" style="width: 300px">{paragraph}</p>' for paragraph in paragraphs)
    page = browser.new_page()
    page.set_content(f"<body style=\"font: 16px 'DejaVu Sans'\">{page_of}</body>")
    printed = page.pdf()
    page.close()
    assert texts(read(printed, "right.pdf")) == paragraphs


def test_an_encrypted_pdf_is_opened_by_its_password_alone(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    locked = tmp_path / "locked.pdf"
    locked.write_bytes(lines_of([["The secret is out."]], encrypt=StandardEncryption("key", "owner")))
    with Index.open(tmp_path / "library") as index:
        assert [failure.encrypted for failure in index.add(locked).failed] == [True]
        (failure,) = index.add(locked, password="wrong").failed
        assert failure.encrypted and "does not open it" in failure.reason
        assert len(index.add(locked, password="key").added) == 1
        assert index.documents()[0].text == "The secret is out."


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "cut.pptx": (lambda: slides()[:2000], "no archive"),
    "bomb.pptx": (lambda: bomb("ppt/presentation.xml"), "unpacks to more than 300 MB"),
    "not.pptx": (lambda: epub([]), "damaged PowerPoint file"),
    "cut.odt": (lambda: odt()[:200], "no archive"),
    "bomb.odt": (lambda: bomb("content.xml"), "unpacks to more than 300 MB"),
    "laughing.odt": (laughing, "damaged OpenDocument file"),
    "cut.xlsx": (lambda: workbook()[:900], "no archive"),
    "bomb.xlsx": (lambda: bomb("xl/workbook.xml"), "unpacks to more than 300 MB"),
    "not.xlsx": (lambda: epub([]), "damaged Excel file"),
    "not.eml": (lambda: b"\xff\xfe\x00\x01 nothing", "no e-mail message"),
    "empty.csv": (lambda: b",,,\n,,\n", "holds no text"),
    "papers.zip": (slides, "is an archive; unpack it"),
    "papers.tar.gz": (lambda: b"\x1f\x8b", "is an archive; unpack it"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_and_hostile_files_are_refused_in_a_sentence(name: str) -> None:
    make, reason = BROKEN[name]
    with pytest.raises(ReadError, match=reason) as caught:
        read(make(), name)
    said = str(caught.value)
    assert said.startswith(name) and said.endswith(".") and "\n" not in said and len(said) < 200


def test_a_page_as_large_as_a_house_does_not_burst_the_memory() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(14_400, 14_400))
    canvas.showPage()
    canvas.setPageSize((600, 800))
    canvas.drawString(70, 700, "The second page has words.")
    canvas.save()
    assert texts(read(out.getvalue(), "large.pdf")) == ["The second page has words."]
