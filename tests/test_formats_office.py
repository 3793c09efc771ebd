"""What people's own Word files, tables, slides and mail hold beside plain paragraphs."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from email.message import EmailMessage
from typing import Any

import docx
import openpyxl
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx import Presentation
from pptx.util import Inches
from test_formats import read, texts

from index import ReadError


def saved(made: Any) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def notes(document: Any, kind: str, relation: str, said: dict[int, list[str]]) -> None:
    """Give a document footnotes or endnotes, by their ids."""
    lines = {
        name: "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in texts) for name, texts in said.items()
    }
    inner = "".join(f'<w:{kind} w:id="{name}">{text}</w:{kind}>' for name, text in lines.items())
    xml = f"<w:{kind}s {nsdecls('w')}>{inner}</w:{kind}s>".encode()
    of_type = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"
    document.part.relate_to(Part(PackURI(f"/word/{kind}s.xml"), of_type, xml, document.part.package), relation)


def test_words_in_controls_fields_boxes_and_accepted_changes_are_read() -> None:
    document = docx.Document()
    document.add_heading("One", 1)
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    both = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="w"><w:drawing>{box}</w:drawing></mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    for inner in (
        "<w:sdt><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>",
        '<w:p><w:pPr><w:tabs><w:tab w:pos="9"/></w:tabs></w:pPr><w:r><w:t>Kept,</w:t><w:tab/></w:r>'
        '<w:ins w:id="1"><w:r><w:t>inserted,</w:t><w:br/></w:r></w:ins>'
        '<w:del w:id="2"><w:r><w:delText>deleted</w:delText></w:r></w:del>'
        '<w:moveFrom w:id="3"><w:r><w:t>moved</w:t></w:r></w:moveFrom>'
        '<w:fldSimple w:instr="DATE"><w:r><w:t>a field, co</w:t>'
        "<w:noBreakHyphen/><w:t>op.</w:t></w:r></w:fldSimple></w:p>",
        f"<w:p><w:r><w:t>Beside it.</w:t>{both}</w:r></w:p>",
    ):
        document.element.body.insert(-1, parse_xml(inner.replace(">", f" {nsdecls('w')}>", 1)))
    document.add_paragraph("1 One ... 1", style=document.styles.add_style("toc 1", 1))
    read_back = read(saved(document), "a.docx")
    assert texts(read_back) == [
        "In a control.",
        "Kept, inserted, a field, co-op.",
        "Beside it.",
        "In a box.",
    ]


def test_notes_are_numbered_as_they_are_called_and_their_sections_named() -> None:
    document = docx.Document()
    document.add_paragraph("It was so")
    for kind, name in (("footnote", 7), ("endnote", 2), ("footnote", 4)):
        run = f'<w:r {nsdecls("w")}><w:{kind}Reference w:id="{name}"/></w:r>'
        document.paragraphs[0]._p.append(parse_xml(run))
    notes(document, "footnote", RELATIONSHIP_TYPE.FOOTNOTES, {0: [""], 4: ["Second."], 7: ["First.", "Goes on."]})
    notes(document, "endnote", RELATIONSHIP_TYPE.ENDNOTES, {2: ["At the end."]})
    read_back = read(saved(document), "a.docx")
    assert texts(read_back) == ["It was so", "1 First. Goes on.", "2 Second.", "1 At the end."]
    assert [section.title for section in read_back.sections] == ["Footnotes", "Endnotes"]


def test_cells_that_say_the_same_are_both_there_and_tables_in_tables_too() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Over both"
    table.cell(1, 0).text = table.cell(1, 1).text = "12"
    inner = table.cell(1, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "a", "b"
    assert texts(read(saved(document), "a.docx")) == ["Over both", "12 | 12 a b"]


def test_a_style_of_ones_own_is_a_heading_when_it_is_based_on_one() -> None:
    document = docx.Document()
    document.styles.add_style("Kapitel", 1).base_style = document.styles["Heading 2"]
    document.add_paragraph("Der Hafen", style="Kapitel")
    document.add_paragraph("Er war groß.")
    (section,) = read(saved(document), "a.docx").sections
    assert (section.title, section.level) == ("Der Hafen", 2)


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx"])
def test_encrypted_office_files_are_named_as_such(suffix: str) -> None:
    with pytest.raises(ReadError, match="is encrypted, or of a kind from before 2007"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), f"a{suffix}")


def test_values_are_written_as_a_sheet_shows_them_and_formulas_where_nothing_was_computed() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Day", "At", "Share", "Sum", "New", "Long", "Third"])
    day, at, long = datetime.date(2020, 5, 1), datetime.time(12, 30), datetime.timedelta(hours=30)
    sheet.append([day, at, 0.125, 0.1 + 0.2, True, long, "=B2*3"])
    sheet["C2"].number_format = "0.0%"
    data = saved(book)
    row = "Day: 2020-05-01; At: 12:30:00; Share: 12.5%; Sum: 0.3; New: TRUE; Long: 30:00:00; Third: "
    assert texts(read(data, "a.xlsx"))[1] == f"{row}=B2*3"

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as changed:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "xl/worksheets/sheet1.xml":  # as Excel saves it, but for the dimension
                content = re.sub(rb"<f>B2\*3</f><v ?(/>|></v>)", b"<f>B2*3</f><v>1.5</v>", content)
                content = content.replace(b'ref="A1:G2"', b'ref="A1"')
            changed.writestr(name, content)
    assert texts(read(out.getvalue(), "a.xlsx"))[1] == f"{row}1.5"


@pytest.mark.parametrize(
    ("written", "rows"),
    [
        ('name;note\r\n"Smith; John";"said ""no"" to\r\nall"\r\n', {2: 'name: Smith; John; note: said "no" to all'}),
        ('name;sum\nMüller;"1,70"\n', {2: "name: Müller; sum: 1,70"}),
        ('id,text\n1,"The cat; the dog"\n2,"a; b; c"\n', {3: "id: 2; text: a; b; c"}),
        ('text,by\nplain,A\n"He said ""hello"", and left",B\n', {3: 'text: He said "hello", and left; by: B'}),
        ("sep=;\nname;note\nA;b\n", {2: "name | note", 3: "name: A; note: b"}),
        ("Sheep of the county\n\nFarm,Count\nUpper,12\n", {1: "Sheep of the county", 4: "Farm: Upper; Count: 12"}),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_tables_with_quotes_semicolons_and_titles(written: str, rows: dict[int, str], encoding: str) -> None:
    document = read(written.encode(encoding), "a.csv")
    found = {int(page.label): document.text[page.start : page.end].strip() for page in document.pages}
    assert {number: found[number] for number in rows} == rows


def test_a_slide_without_a_title_does_not_belong_to_the_one_before() -> None:
    deck = Presentation()
    titled, bare = (deck.slides.add_slide(deck.slide_layouts[number]) for number in (5, 6))
    titled.shapes.title.text = "The\vHarbour"
    for slide, words in ((titled, "one line\vand another"), (bare, "No title here.")):
        slide.shapes.add_textbox(0, Inches(3), Inches(3), Inches(1)).text_frame.text = words
    document = read(saved(deck), "a.pptx")
    assert [section.title for section in document.sections] == ["The Harbour"]
    assert texts(document) == ["one line and another", "No title here."]
    assert document.section_at(document.text.index("No title")) is None
    assert [page.label for page in document.pages] == ["1", "2"]


def mail(words: str, **kind: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["Subject"] = "Ada <ada@example.org>", "Fish"
    message.set_content(words, **kind)
    return message


def test_words_of_others_in_a_message_are_apart_and_what_it_forwards_is_named() -> None:
    message = mail("I agree.\nAda\n\nBill wrote:\n> What about\n> fish?\n>\n> > And eggs?\n")
    message.add_attachment(mail("Older words."))
    document = read(message.as_bytes(), "a.eml")
    assert texts(document) == ["I agree. Ada", "Bill wrote:", "> What about fish?", "> And eggs?"]
    assert texts(document, "caption") == ["Attachments: Fish"]


def test_mail_in_html_keeps_its_lines_apart() -> None:
    words = "<style>p {color: red}</style><div>One line<br>goes on<br><br>Next.</div><table><tr><td>A<td>1</table>"
    assert texts(read(mail(words, subtype="html").as_bytes(), "a.eml")) == ["One line goes on", "Next.", "A | 1"]


def test_mail_in_an_encoding_that_nobody_knows_is_read_as_it_looks() -> None:
    data = b"From: a@b.c\nSubject: Raw\nContent-Type: text/plain; charset=x-unknown\n\nPlain caf\xc3\xa9 words.\n"
    assert texts(read(data, "a.eml")) == ["Plain café words."]
