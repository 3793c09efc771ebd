"""Questions that lean on what was said before: recognised, and given what they lean on, by rules.

Such a question is searched for as it stands and in its context at once, so that a wrong guess
costs little. In its context its own words come to mean what they mean there: the vectors of tokens
know their neighbours (Krasakis et al. 2022, "Zero-shot query contextualization for conversational
search"); the terms before it count beside them (historical query expansion: Lin et al. 2020,
"Multi-stage conversational passage retrieval"). bench/conversations.py measures it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TERM, NAME = 0.5, 0.3  # what a term of an earlier question weighs, and a name of the answer, beside a word of its own
LEANING, BARE = 0.5, 1 / 3  # how much of the whole the question in its context is
_TERMS, _NAMES = 24, 8  # at most, of earlier questions and of the last answer
_FEW = 2  # content words, of a question that may have left its subject out

History = Sequence[tuple[str, str]]

# "There", "it", "that" and "one" that point at nothing said before.
_EMPTY = re.compile(
    r"\b(?:is|was|are|were|has|have|had|can|could|will|would|should|might|may) there\b"
    r"|\bthere (?:is|was|are|were)\b"
    r"|\b(?:is|was) it (?:that|(?:true|possible)(?: that)?|\w+ (?:to|that|for|whether|if))\b"
    r"|\bit is (?:that|\w+ (?:to|that))\b|\bdoes it (?:take|mean|cost) (?:\w+ )?to\b|\b(?:it|so|now) that\b"
    r"|\bsuch (?:a|an|things?)\b|\b(?:one of|at one|each other|one another|the other (?:side|hand))\b"
    r"|\bone (?:hundred|thousand|million|day)\b|\bthis (?:day|week|month|year|century)\b",
    re.IGNORECASE,
)
# "That" which only joins a clause ("the treaty that the kings signed"): not at the end, and not after
# a verb of the question's own, a preposition or a conjunction.
_JOINING = re.compile(
    r"(?<=\w )(?<!\bis )(?<!\bwas )(?<!\bare )(?<!\bwere )(?<!\bdo )(?<!\bdoes )(?<!\bdid )(?<!\bhas )(?<!\bhad )"
    r"(?<!\bcan )(?<!\bcould )(?<!\bwill )(?<!\bwould )(?<!\bof )(?<!\bin )(?<!\bon )(?<!\bat )(?<!\bto )(?<!\bfor )"
    r"(?<!\bfrom )(?<!\bby )(?<!\bwith )(?<!\babout )(?<!\bbefore )(?<!\bafter )(?<!\band )(?<!\bor )(?<!\bbut )"
    r"(?<!\blike )(?<!\bduring )(?<!\bsince )(?<!n't )that (?=\w)(?!\w+(?: \w+)?\W*$)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]|\b\w+-\w[\w-]*")
_DEFINING = re.compile(
    r"^(?:what (?:is|are|was|were)|define|explain) (?!the\b)(?!his\b|her\b|its\b|their\b)\w", re.IGNORECASE
)
_PERSON = re.compile(
    r"\b(?:he|him|his|she|her|hers|himself|herself|they|them|their|theirs|themselves|its|itself)\b", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:it|this|that|these|those|both|others?|another|else|former|latter|same|ones?|then|there|here)\b",
    re.IGNORECASE,
)
# What a name before it in the same question explains.
_AGAIN = re.compile(rf"{_PERSON.pattern}|\bit\b", re.IGNORECASE)
_LEADING = re.compile(
    r"^(?:and|or|but|so|also(?! known)|besides|(?:now,? )?(?:what|how) about|what of|any (?:others?|more|else)|"
    r"(?:compared|now) (?:with|to)|i meant"
    r"|(?:in|on|at|from|for|by|with|since|until|under|near)(?: the)?(?: [\w'-]+){1,2}\W*$)(?:\b|$)",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"^(?:(?:oh|ok|okay|wow|really|thanks|thank you|hm+|interesting|cool|great|nice|never mind|yes|no|well|what(?=\?)"
    r"|who knew|that's \w+)\b[,.!?… ]+)+",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;] )(?!I\b)[A-Z]\w*|\b(?!I\b)[A-Z]\w*[A-Z0-9]\w*\b|\b\d{3,}\b")
_WORD = re.compile(r"\w[\w'-]*")
_SAY_LITTLE = """
    a about again ago also am an and another any are as at be because been before being but by can cool could did do
    does doing don done during each else ever every few for from get give go good had has have having he heard
    her here hers him his how i if in interesting into is it its just know least less let like long many me mean
    meant mind more most much my name no nor not of oh ok okay on once one ones only or other others our out over
    own please possible really said same say says she should show so some such tell than thank thanks that the their
    them then there these they thing things this those to too under until up us was we well were what when where
    which while who whom whose why will with would wow yes you your
"""
_EMPTY_WORDS = frozenset(_SAY_LITTLE.split())


@dataclass(frozen=True)
class Followup:
    """What a question leans on: `terms` of earlier questions and `names` of the last answer, each
    once, and how much its form in that context counts, in [0, 1): 0 when it stands alone."""

    terms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    share: float = 0.0

    @property
    def context(self) -> tuple[str, ...]:
        """What comes before the question, in this order."""
        return (*self.terms, *self.names)


def follow(question: str, history: History) -> Followup:
    """What a question leans on in a conversation, oldest turn first.

    One that points back (`leans`) takes terms of the first question and the last two, and the
    names in the last answer. One of a few words without any name may have left out its subject:
    it takes those of the last question, and they count less. Any other stands alone.
    """
    if not history:
        return Followup()
    asked = [earlier for earlier, _ in history]
    if leans(question):
        terms = _once(content_words(" . ".join(dict.fromkeys([asked[0], *asked[-2:]]))))[-_TERMS:]
        names = [name for name in _once(names_in(history[-1][1])) if not {name.lower()} & {t.lower() for t in terms}]
        return Followup(tuple(terms), tuple(names[:_NAMES]), LEANING)
    if len(content_words(question)) <= _FEW and not _NAME.search(_plain(question)):
        return Followup(tuple(_once(content_words(asked[-1]))[-_TERMS:]), (), BARE)
    return Followup()


def leans(question: str) -> bool:
    """Whether a question points at something said before: by a pronoun without a name before it,
    a demonstrative, "else", "what about"; or has next to no words of its own."""
    text = _REMARK.sub("", _plain(question))
    if _LEADING.match(text):
        return True
    for idle in (_QUOTED, _EMPTY, _JOINING):
        text = idle.sub(lambda found: re.sub(r"\S", "_", found[0]), text)
    pronouns = (*_PERSON.finditer(text), *_POINTING.finditer(text))
    if any(not (_NAME.search(text[: found.start()]) and _AGAIN.fullmatch(found[0])) for found in pronouns):
        return True
    return len(content_words(text)) <= 1 and not _NAME.search(text) and not _DEFINING.match(text)


def content_words(text: str) -> list[str]:
    """The words that say what a question is about, in its order."""
    words = _WORD.findall(_plain(text))
    return [w for w in words if len(w) > 1 and w.strip("_") and re.split("['-]", w.lower())[0] not in _EMPTY_WORDS]


def names_in(text: str) -> list[str]:
    """Capitalised words inside sentences or before another such word, and words with digits."""
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+", _plain(text)):
        words = _WORD.findall(sentence)
        for at, word in enumerate(words):
            title = word[0].isupper() and (at > 0 or (len(words) > 1 and words[1][0].isupper()))
            odd = any(map(str.isdigit, word)) or sum(map(str.isupper, word)) > 1
            if (title or odd) and len(word) > 1 and word.lower() not in _EMPTY_WORDS:
                found.append(word)
    return found


def _once(words: Iterable[str]) -> list[str]:
    return list({word.lower(): word for word in reversed(list(words))}.values())[::-1]


def _plain(text: str) -> str:
    return text.strip().replace("’", "'")
