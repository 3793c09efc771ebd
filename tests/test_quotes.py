"""The law that everything rests on: every quote shown is the text of its document, there."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Index
from qa import Answer, Citation, ask, to_json
from qa.cite import cite

WORDS = st.sampled_from(
    [
        "tea",
        "Tea",
        "cafe\u0301",
        "naïve",
        "𝒳",
        "文字",
        "مرحبا",
        "U.S.",
        "Dr.",
        "3.14",
        "“so”",
        "…",
        "\u200b",
        "\ue000",
        "x" * 700,
    ]
)
ENDS = st.sampled_from([". ", "? ", "\r\n", "\n", "\n\n", "\r\n\r\n", " ", "", "\u2028", "\t"])
TEXTS = st.lists(st.tuples(WORDS, ENDS), min_size=1, max_size=60).map(lambda pairs: "".join(w + e for w, e in pairs))
SHAPES = st.sampled_from(
    [lambda t: t, lambda t: t.rstrip(), lambda t: t.replace("\n", " ") * 20, lambda t: f"# Tea\n\n{t}"]
)


def citations(answer: Answer) -> list[tuple[str, Citation]]:
    quotes = [(evidence.text, evidence.citation) for evidence in answer.evidence]
    for hit in answer.hits:
        quotes.append((hit.text, hit.citation))
        quotes += [(evidence.text, evidence.citation) for evidence in hit.evidence]
        quotes += [(e.answer.exact, e.answer) for e in hit.evidence if e.answer]
    return quotes


@given(TEXTS, SHAPES, st.sampled_from(["a.txt", "a.md"]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_quote_of_every_answer_is_its_document_there(text: str, shape, name: str) -> None:  # type: ignore[no-untyped-def]
    text = shape(text)
    with TemporaryDirectory() as folder:
        Path(folder, name).write_bytes(text.encode())
        with Index.open(Path(folder, "library")) as index:
            report = index.add(Path(folder, name))
            assert bool(report.added) == bool(text.strip())
            assert index.check() == []
            documents = {document.id: document for document in index.documents()}
            for question in ("Where does tea come from?", "tea", "3.14"):
                answer = ask(question, index=index)
                assert bool(answer.hits) == bool(documents)
                for quote, citation in citations(answer):
                    document = documents[citation.document_id]
                    assert quote and document.text == text
                    assert document.text[citation.start : citation.end] == quote
                    assert citation.prefix + quote + citation.suffix in document.text
                json.dumps(to_json(answer))


@given(st.data())
@settings(deadline=None)
def test_the_selectors_of_any_citation_find_its_words(article: Index, data: st.DataObject) -> None:
    (document,) = article.documents()
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    quote, position = cite(document, start, end).selectors()
    assert document.text[position["start"] : position["end"]] == quote["exact"]
    around = quote["prefix"] + quote["exact"] + quote["suffix"]
    assert document.text[max(0, start - 32) : end + 32] == around
