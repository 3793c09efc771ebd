"""Documents to show and to measure with: a report as PDF, and notes by the thousand."""

from __future__ import annotations

from pathlib import Path

LOGBOOKS = "The pilots' house burnt down in 1921; its logbooks were saved by the cook, Martha Venn."
LIGHTHOUSE = (
    "The old lighthouse was built in 1874 by the engineer Tom Quill, who had never seen the sea before he was forty."
)
_FACTS = {
    2: LIGHTHOUSE,
    5: LOGBOOKS,
    8: "The ferry to the islands carries ninety passengers and is named after a seal.",
}


def report(path: Path, pages: int = 9, title: str = "The Harbour Report") -> Path:
    """A PDF of so many pages, one chapter a page; on pages 2, 5 and 8 stands something to ask for."""
    from reportlab.lib.pagesizes import A5
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate

    styles = getSampleStyleSheet()
    story: list[Flowable] = []
    for page in range(1, pages + 1):
        story.append(Paragraph(f"Chapter {page}", styles["Heading1"]))
        for number in range(4):
            filler = (
                f"Paragraph {number + 1} of chapter {page} speaks of ropes, tar and the price of salt in the year "
                f"{1500 + page}, of the masonry of the quay and of its repair, as reports of harbours do."
            )
            story.append(Paragraph(filler, styles["BodyText"]))
            if number == 1 and page in _FACTS:
                story.append(Paragraph(_FACTS[page], styles["BodyText"]))
        story.append(PageBreak())
    SimpleDocTemplate(str(path), pagesize=A5, title=title, author="Ada Marlow", invariant=1).build(story)
    return path


def notes(folder: Path, count: int) -> Path:
    """So many short notes, each on another pond."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        text = f"# Pond {number}\n\nThe heron of pond {number} eats {number + 2} eels a day, and sleeps in the reeds."
        (folder / f"pond-{number:04}.md").write_text(text, "utf-8")
    return folder
