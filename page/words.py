"""Every word that the page shows, from one file, so that it can be translated."""

from __future__ import annotations

import json
from pathlib import Path

WORDS: dict[str, str] = json.loads(Path(__file__).with_name("words.json").read_text("utf-8"))


def say(key: str, **values: object) -> str:
    """The words under a key, with the values in their places."""
    return WORDS[key].format(**values)
