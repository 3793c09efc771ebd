"""Lines as they stand on a printed page, put back into running text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
# Letters as they are joined for print: Latin ligatures, Hebrew and Arabic presentation forms.
_FORMS = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]")
# Chinese, Japanese: written without spaces. Hangul has them.
_UNSPACED = re.compile("[\u3000-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")
_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def joined(lines: Sequence[str]) -> str:
    """Lines as one: a word that was cut at a line's end made whole, and no space put between
    characters of scripts that have none."""
    text = ""
    for line in (" ".join(_plain(line).split()) for line in lines):
        if not line:
            continue
        if _HYPHEN.search(text) and line[0].islower():
            text = text[:-1] + line
        elif text and not (_UNSPACED.match(text[-1]) and _UNSPACED.match(line)):
            text += " " + line
        else:
            text += line
    return text


def logical(line: str) -> str:
    """A line whose characters stand from left to right as they are printed, in the order in which
    a person reads them: Hebrew and Arabic backwards, but for the numbers and foreign words inside."""
    kinds = [unicodedata.bidirectional(character) for character in line]
    if sum(kind in ("R", "AL") for kind in kinds) <= kinds.count("L"):
        return line
    runs = reversed(_runs(line))
    return "".join(text if forward else text[::-1].translate(_MIRRORED) for forward, text in runs)


def _runs(line: str) -> list[tuple[bool, str]]:
    """A printed line in parts: those that read from left to right, and the others."""
    classes = {"L": "L", "EN": "N", "AN": "N", "CS": "S", "ES": "S", "ET": "S", "WS": " "}
    shape = "".join(classes.get(unicodedata.bidirectional(character), "R") for character in line)
    forward = [False] * len(line)
    for run in re.finditer(r"L(?:[LNS ]*[LN])?|N(?:S*N)*", shape):
        forward[run.start() : run.end()] = [True] * (run.end() - run.start())
    return [
        (kind, "".join(character for _, character in part))
        for kind, part in groupby(zip(forward, line), key=lambda pair: pair[0])
    ]


def _plain(text: str) -> str:
    return _FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text).replace("\0", "")
