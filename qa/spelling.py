"""Words of a question that the library spells otherwise: typing errors, and names with two spellings."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index import Candidate, Encoding

_WORD = re.compile(r"[^\W\d_]{4,}")
_QUOTED = re.compile(r"[\"“”][^\"“”]*[\"“”]")
_LONG = 8  # letters from which two errors are forgiven


def corrected(question: str, encoding: Encoding, candidates: Sequence[Candidate]) -> str:
    """The question in the spelling of the passages that were found for it.

    A word is looked at when none of them has it and it is not in quotation marks. It is replaced
    by one of theirs that differs only in how it writes an umlaut, or, when the model does not know
    it as a word either (it takes more than one token), by the nearest with the same first letter
    at one or two errors (Damerau 1964; one, below 8 letters).
    """
    known = {word.lower(): word for c in candidates for word in _WORD.findall(c.passage.text)}
    asked = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), question)
    unknown = [match for match in _WORD.finditer(asked) if match[0].lower() not in known]
    for match in reversed(unknown):
        alike = [word for word in known if word[0] == match[0][0].lower()]
        other = _other(match[0].lower(), alike, _tokens(encoding, *match.span()) > 1)
        if other:
            question = question[: match.start()] + known[other] + question[match.end() :]
    return question


def _other(word: str, known: Sequence[str], wrong: bool) -> str | None:
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    for same in known:
        if abs(len(same) - len(word)) <= 2 and _plain(same) == _plain(word):
            return same
    if not wrong:
        return None
    errors = 2 if len(word) >= _LONG else 1
    found = extract(word, known, scorer=OSA.distance, score_cutoff=errors, limit=1)
    return found[0][0] if found else None


def _plain(word: str) -> str:
    for long, short in (("ä", "a"), ("ö", "o"), ("ü", "u"), ("ae", "a"), ("oe", "o"), ("ue", "u"), ("ß", "ss")):
        word = word.replace(long, short)
    return word


def _tokens(encoding: Encoding, start: int, end: int) -> int:
    return int(np.sum((encoding.spans[:, 0] >= start) & (encoding.spans[:, 1] <= end)))
