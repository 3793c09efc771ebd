"""The web page: questions on the left, the source on the right, opened at the very words."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from index import FootnoteError
from index.readers import READERS
from page import STATIC, shell
from page.bridge import Bridge
from page.guard import Guard, is_loopback
from page.pages import Pages, is_pdf
from page.pdfium import Unshowable
from page.service import Libraries
from page.words import WORDS, say
from qa.answer import Options
from qa.confidence import BUDGETS

_LARGEST = "100mb"  # of a file that is dropped; index.files has the same limit

_HEAD = '<link rel="stylesheet" href="page/style.css"><link rel="modulepreload" href="page/main.js">'
_START = """
import(new URL('page/main.js', document.baseURI)).then(
  (page) => page.live({server, upload, words: props.words, changes: props.changes, kinds: props.kinds}));
"""
# Gradio passes what its parts hold; the script in page/static takes it from there.
_ASK = """async (question, budget) => {
  while (!window.footnote) await new Promise(requestAnimationFrame);
  window.footnote.ask(question, budget);
  return '';
}"""


def build(bridge: Bridge, *, options: Options = Options(), changes: bool = True) -> gr.Blocks:
    """Lay out the page. What it shows, the browser asks of the bridge."""

    def footnote(data: Any) -> dict[str, Any]:
        return bridge(data)

    page: gr.Blocks = gr.Blocks(title=say("name"), analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(
            shell.head(),
            js_on_load=_START,
            server_functions=[footnote],
            words=WORDS,
            kinds=sorted(READERS),
            changes=changes,
            elem_id="head",
            apply_default_css=False,
        )
        with gr.Row(elem_id="rooms", equal_height=True):
            with gr.Column(scale=5, min_width=300, elem_id="left"):
                gr.HTML(shell.conversation(), elem_id="conversation", js_on_load=None, apply_default_css=False)
                with gr.Column(elem_id="composer"):
                    gr.HTML(shell.above_question(), js_on_load=None, apply_default_css=False)
                    with gr.Row(elem_id="asking"):
                        question = gr.Textbox(
                            placeholder=say("ask.placeholder"),
                            show_label=False,
                            label=say("ask.label"),
                            elem_id="question",
                            lines=1,
                            max_lines=8,
                            scale=6,
                        )
                        button = gr.Button(say("ask.button"), variant="primary", elem_id="ask", scale=1, min_width=80)
                    budgets = sorted({*BUDGETS, options.budget}, reverse=True)
                    budget = gr.Radio(
                        [(f"{100 * value:.3g}%", value) for value in budgets],
                        value=options.budget,
                        label=say("ask.budget"),
                        elem_id="budget",
                    )
            with gr.Column(scale=6, min_width=300, elem_id="right"):
                gr.HTML(shell.source(), elem_id="source", js_on_load=None, apply_default_css=False)
                gr.HTML(shell.library(changes=changes), elem_id="library", js_on_load=None, apply_default_css=False)
        gr.on([button.click, question.submit], None, [question, budget], question, js=_ASK)
    return page


def serve(
    folder: str | os.PathLike[str] | None = None,
    *,
    model: str | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    options: Options = Options(),
    allow_changes: bool = False,
) -> None:
    """Open the page at http://host:port and stay until stopped. The page shows itself at once;
    the library and the models open behind it. Visitors from other machines may only read, unless
    `allow_changes`."""
    changes = is_loopback(host) or allow_changes
    libraries, pages = Libraries(folder, model, options), Pages()
    bridge = Bridge(libraries, pages, changes=changes, uploads=Path(get_upload_folder()))
    page = build(bridge, options=options, changes=changes)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            share=False,
            ssr_mode=False,
            footer_links=[],
            theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
            head=_HEAD,
            quiet=True,
            prevent_thread_lock=True,
            max_file_size=_LARGEST,
            app_kwargs={
                "middleware": [Middleware(Guard, host=host, changes=changes)],
                "routes": [
                    Route("/page-picture", _pictures(libraries, pages)),
                    Mount("/page", StaticFiles(directory=STATIC)),
                ],
            },
        )
        print(f"Footnote is at {page.local_url} (Ctrl-C stops it)", flush=True)
        libraries.start(remembered=changes)  # not before: importing torch would keep the page from showing itself
        page.block_thread()
    except OSError as error:
        raise FootnoteError(f"The page cannot listen on {host}:{port} ({error}); choose another --port.") from error
    finally:
        libraries.close()
        pages.close()


def _pictures(libraries: Libraries, pages: Pages) -> Callable[[Request], Response]:
    """The pages of PDF documents as PNG: of a document of a library, by its id, and nothing else."""

    def picture(request: Request) -> Response:
        asked = request.query_params
        try:
            document = libraries[asked.get("library", "")].index.document(asked["document"])
            if document is None or not is_pdf(document):
                return Response(status_code=404)
            png = pages.picture(document, int(asked["page"]), int(asked["width"]))
        except (FootnoteError, Unshowable, KeyError, ValueError):
            return Response(status_code=404)
        return Response(png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})

    return picture


if __name__ == "__main__":
    serve()
