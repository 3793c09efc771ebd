"""The frame of the page: what is there before anything is asked, read or added."""

from __future__ import annotations

from page.render import button, escape
from page.words import WORDS, say

EXAMPLES = tuple(say(f"ask.example.{number}") for number in range(1, 5))
_KEYS = tuple(
    key.removeprefix("help.") for key in WORDS if key.startswith("help.") and key not in ("help.title", "help.close")
)


def head() -> str:
    """The name of the thing, and the way to its four rooms."""
    return (
        f'<header class="fn-head"><div class="fn-brand"><h1>{_("name")}</h1><p>{_("tagline")}</p></div>'
        f'<nav class="fn-nav" aria-label="{_("nav")}">'
        f"{_group('nav.left', 'ask', 'conversations')}{_group('nav.right', 'read', 'library')}"
        f"{button('help', '?', classes='fn-quiet fn-help-button', label=say('nav.help'))}</nav></header>"
        f'<div class="fn-unseen" id="fn-live" role="status" aria-live="polite"></div>'
        f'<div id="fn-toast" role="status" hidden></div>{_help()}'
    )


def conversation() -> str:
    """Where questions and answers stand; a word on what to do while there are none."""
    return (
        f'<section class="fn-ask" aria-label="{_("ask.region")}"><h2 class="fn-unseen">{_("ask.region")}</h2>'
        f'<div id="fn-turns"></div><div id="fn-welcome"><p class="fn-hint">{_("ask.hint")}</p></div></section>'
        f'<section class="fn-conversations" aria-label="{_("conversations.region")}">'
        f'<h2>{_("conversations.region")}</h2><p class="fn-meta">{_("conversations.kept")}</p>'
        f'<div id="fn-conversations"></div></section>'
    )


def welcome(kind: str) -> str:
    """What a conversation begins with: the `sample` article's questions, an `empty` library's way
    to documents, or `plain` words."""
    if kind == "empty":
        way = button("to-library", say("ask.empty.button"), classes="fn-button")
        return f'<p class="fn-hint">{_("ask.empty")}</p>{way}'
    hint = f'<p class="fn-hint">{_("ask.hint")}</p>'
    if kind != "sample":
        return hint
    examples = "".join(
        f'<li><button type="button" class="fn-example" data-do="example">{escape(example)}</button></li>'
        for example in EXAMPLES
    )
    return f'{hint}<p class="fn-hint">{_("ask.examples")}</p><ul class="fn-examples">{examples}</ul>'


def above_question() -> str:
    """Which documents are searched, and the way to a new conversation."""
    new = button("new", say("ask.new"), classes="fn-quiet")
    return f'<div class="fn-above"><div id="fn-scope" hidden></div><div class="fn-new-line" hidden>{new}</div></div>'


def source() -> str:
    """Where the document stands."""
    return (
        f'<section class="fn-read" aria-label="{_("read.region")}" tabindex="0">'
        f'<div id="fn-document"><p class="fn-hint">{_("read.opening")}</p></div></section>'
    )


def library(*, changes: bool) -> str:
    """Where documents are listed, and added where that is allowed."""
    fill = (
        f'<div class="fn-drop" id="fn-drop"><p>{_("library.drop")}</p><div class="fn-row">'
        f"{button('choose-files', say('library.choose'), classes='fn-button')}"
        f"{button('choose-folder', say('library.choose.folder'), classes='fn-button')}</div>"
        f'<form class="fn-row" data-do="add-url"><input type="url" name="url" aria-label="{_("library.url")}" '
        f'placeholder="{_("library.url")}"><button class="fn-button">{_("library.url.button")}</button></form>'
        f'<p class="fn-meta">{_("library.kept")}</p></div><div id="fn-adding" hidden></div>'
        if changes
        else f'<p class="fn-notice">{_("library.read only")}</p>'
    )
    other = (
        f'<details class="fn-other-library"><summary>{_("library.open")}</summary>'
        f'<form class="fn-row" data-do="open-library"><input name="folder" aria-label="{_("library.folder")}" '
        f'placeholder="{_("library.folder")}"><button class="fn-button">{_("library.folder.button")}</button>'
        f"</form></details>"
        if changes
        else ""
    )
    return (
        f'<section class="fn-library" aria-label="{_("library.region")}"><h2>{_("library.region")}</h2>'
        f'<div class="fn-row fn-which"><label for="fn-libraries" class="fn-unseen">{_("library.which")}</label>'
        f'<select id="fn-libraries"></select>{other}</div>{fill}'
        f'<input type="search" id="fn-find" aria-label="{_("library.find")}" placeholder="{_("library.find")}">'
        f'<div id="fn-list"></div></section>'
    )


def _group(name: str, *views: str) -> str:
    buttons = "".join(
        f'<button type="button" data-view="{view}" aria-pressed="false">{_(f"nav.{view}")}</button>' for view in views
    )
    return f'<div class="fn-switch fn-{name.replace(".", "-")}" role="group" aria-label="{_(name)}">{buttons}</div>'


def _help() -> str:
    rows = "".join(
        f"<dt>{''.join(f'<kbd>{escape(part)}</kbd>' for part in key.split(' + '))}</dt><dd>{_(f'help.{key}')}</dd>"
        for key in _KEYS
    )
    close = button("close-help", say("help.close"), classes="fn-button")
    title = f'<h2 id="fn-help-title">{_("help.title")}</h2>'
    return f'<dialog id="fn-help" aria-labelledby="fn-help-title">{title}<dl>{rows}</dl>{close}</dialog>'


def _(key: str) -> str:
    return escape(say(key))
