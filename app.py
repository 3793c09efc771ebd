"""The web page: questions on the left, the source on the right, opened at the very words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr

from index import FootnoteError
from index.library import SAMPLE
from page import STYLE
from page.render import Place, Turn, conversation, notice, source
from page.service import Service
from qa import Answer
from qa.answer import Options
from qa.confidence import BUDGET

EXAMPLES = (
    "What does Internet sovereignty mean?",
    "Who designed the Great Firewall?",
    "How many guests are expected at the conference?",
    "What does ICANN do?",
)

BUDGETS = (BUDGET, 0.1, 0.05)

_HEAD = (
    '<div class="fn-head"><h1>Footnote</h1>'
    "<p>Ask your documents. Every word of an answer stands in them, with the place to check it.</p></div>"
)
_CLICKS = """
element.addEventListener('click', (event) => {
  const button = event.target.closest('[data-place]');
  if (button) trigger('click', JSON.parse(button.dataset.place));
  const copy = event.target.closest('[data-copy]');
  if (copy && !copy.dataset.name) {
    const told = (words) => {
      copy.dataset.name = copy.textContent;
      copy.textContent = words;
      setTimeout(() => { copy.textContent = copy.dataset.name; delete copy.dataset.name; }, 1500);
    };
    const written = navigator.clipboard
      ? navigator.clipboard.writeText(copy.dataset.copy)
      : Promise.reject(new Error('not a secure page'));
    written.then(() => told('copied'), () => {
      const field = document.createElement('textarea');
      field.value = copy.dataset.copy;
      document.body.append(field);
      field.select();
      told(document.execCommand('copy') ? 'copied' : 'not allowed');
      field.remove();
    });
  }
});
watch('value', () => {
  const turns = element.querySelectorAll('.fn-turn');
  if (turns.length) turns[turns.length - 1].scrollIntoView({block: 'start'});
});
"""
_SCROLL = """
watch('value', () => {
  const words = element.querySelector('mark') || element.querySelector('.fn-passage');
  if (words) words.scrollIntoView({block: 'center'});
});
"""


def build(service: Service) -> gr.Blocks:
    """Lay out the page over a library that may still be opening."""

    def answer(question: str, budget: float, turns: list[Turn]) -> Iterator[tuple[Any, ...]]:
        waiting = "Searching…" if service.is_ready else "The model is loading; your question is next."
        yield "", turns, conversation([*turns, Turn(question, status=waiting)]), gr.skip()
        try:
            found = service.ask(question, budget)
        except FootnoteError as error:
            turns = [*turns, Turn(question, error=str(error))]
            yield "", turns, conversation(turns), gr.skip()
            return
        turns = [*turns, Turn(question, found)]
        yield "", turns, conversation(turns), gr.skip()
        yield "", turns, gr.skip(), opened(_first_place(found))

    def opened(place: Place | None) -> str:
        """The source panel, at a place; the first document when there is none yet."""
        try:
            library = service.index
            document = library.document(place.document_id) if place else next(iter(library.documents()), None)
        except FootnoteError as error:
            return notice(str(error))
        if document is None:
            return notice("This document is no longer in the library." if place else "The library is empty.")
        return source(document, place)

    def offered() -> Any:
        """The example questions, shown where the library holds the article that answers them."""
        try:
            sample = any(Path(document.source) == SAMPLE for document in service.index.documents())
        except FootnoteError:
            sample = False
        return gr.update(visible=sample)

    def open_citation(event: gr.EventData) -> str:
        data = event._data
        try:
            passage, marks = data["passage"], data["marks"]
            place = Place(
                str(data["document"]),
                (int(passage[0]), int(passage[1])),
                tuple((int(start), int(end)) for start, end in marks),
            )
        except (KeyError, TypeError, ValueError, IndexError):
            return notice("That citation could not be read; ask the question again.")
        return opened(place)

    page: gr.Blocks = gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(_HEAD)
        turns = gr.State([])
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                talk = gr.HTML(conversation([]), elem_id="conversation", js_on_load=_CLICKS)
                with gr.Row():
                    question = gr.Textbox(
                        placeholder="Ask a question", show_label=False, label="Question", elem_id="question", scale=6
                    )
                    button = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=80)
                budgets = sorted({*BUDGETS, service.options.budget}, reverse=True)
                budget = gr.Radio(
                    [(f"{100 * value:.3g}%", value) for value in budgets],
                    value=service.options.budget,
                    label="Wrong answers, at most:",
                    elem_id="budget",
                )
                with gr.Row(elem_id="examples", visible=service.is_default) as suggestions:
                    examples = [gr.Button(text, size="sm", min_width=120) for text in EXAMPLES]
            with gr.Column(scale=6, min_width=320):
                text = gr.HTML(notice("The library is opening…"), elem_id="source", js_on_load=_SCROLL)
        outputs = [question, turns, talk, text]
        gr.on([button.click, question.submit], answer, [question, budget, turns], outputs, show_progress="hidden")
        for example in examples:
            example.click(answer, [example, budget, turns], outputs, show_progress="hidden")
        talk.click(open_citation, None, text, show_progress="hidden")
        page.load(lambda: opened(None), None, text, show_progress="hidden")
        page.load(offered, None, suggestions, show_progress="hidden")
    page.queue(default_concurrency_limit=4)
    return page


def serve(
    folder: str | os.PathLike[str] | None = None,
    *,
    model: str | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    options: Options = Options(),
) -> None:
    """Open the page at http://host:port and stay until stopped. The page shows itself at once;
    the library and the models open behind it."""
    service = Service(folder, model, options)
    page = build(service)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            share=False,
            ssr_mode=False,
            footer_links=[],
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
            css_paths=STYLE,
            quiet=True,
            prevent_thread_lock=True,
        )
        print(f"Footnote is at {page.local_url} (Ctrl-C stops it)", flush=True)
        service.start()  # not before: importing torch would keep the page from showing itself
        page.block_thread()
    except OSError as error:
        raise FootnoteError(f"The page cannot listen on {host}:{port} ({error}); choose another --port.") from error
    finally:
        service.close()


def _first_place(answer: Answer) -> Place | None:
    """Where the source opens by itself: at the best passage, words marked when they are an answer."""
    if not answer.hits:
        return None
    best = answer.hits[0].citation
    marks = tuple(
        (evidence.citation.start, evidence.citation.end)
        for evidence in answer.evidence
        if evidence.citation.document_id == best.document_id
    )
    return Place(best.document_id, (best.start, best.end), marks)


if __name__ == "__main__":
    serve()
