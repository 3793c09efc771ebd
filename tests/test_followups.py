"""Questions that lean on a conversation, those that only look so, and moves over results."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from conftest import Shell
from hypothesis import given
from hypothesis import strategies as st

from index import Index, QuestionError
from qa import Answer, ask
from qa.chat import answer_text
from qa.followup import content_words, follow, leans, names_in
from qa.moves import Move, understand
from qa.query import build_query

FANG = "Who is Fang Binxing?"
HISTORY = [(FANG, "Fang Binxing, the main architect of the Great Firewall, was interviewed in June 2014.")]

# Each rule of `leans`, with what it is for and what it must not touch.
RULES = {
    "a pronoun": ("What did he say?", "What did Tesla do after he left Edison?"),
    "its": ("What are its effects?", "How did Netflix change its model?"),
    "they": ("Why did they refuse?", "Why did the Huguenots say that they were loyal?"),
    "it": ("How does it work?", "Is it true that amylase and pepsin are proteins?"),
    "that": ("and when was that?", "Which treaty did the kings sign that the pope opposed?"),
    "this": ("Who opposed this?", "What happened in Warsaw this year?"),
    "there": ("What can one see there?", "Is there a tunnel under the Rhine?"),
    "one": ("Which one is older?", "What is one of the causes of inflation in Kenya?"),
    "such": ("Who makes such claims? Others?", "Is there such a thing as a prime knot in algebra?"),
    "other": ("Any other names?", "What lies on the other side of the Wall?"),
    "a leading word": ("What about Apple?", "What do sheep eat about the house in winter?"),
    "and": ("And in Europe?", "Which rivers and lakes does Kenya have?"),
    "a remark before": ("Okay, interesting. What caused it?", "Okay, interesting. What caused the Black Death?"),
    "next to no words": ("Why?", "Why did the Norman kings of Sicily fall?"),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_knows_what_leans_and_leaves_alone_what_only_looks_so(rule: str) -> None:
    leaning, alone = RULES[rule]
    assert leans(leaning)
    assert not leans(alone)
    assert follow(leaning, HISTORY).context
    assert not follow(alone, HISTORY).context


@pytest.mark.parametrize(
    "question",
    [
        "Who argued that slavery was wrong?",
        "Which is the river that flows through Paris?",
        "Who wrote Hamlet and when was it first performed?",
        "What is photosynthesis?",
        "Also known as aspirin, which drug did Bayer sell?",
        "What does the word “that” mean in English grammar?",
        "What does the one-child policy of China forbid?",
    ],
)
def test_questions_that_stand_alone_take_nothing(question: str) -> None:
    assert not leans(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who opposed that law?",
        "In Canada?",
        "What did Watson do there?",
        "Isn't that speed?",
        "Any others?",
        "So what?",
    ],
)
def test_questions_that_lean_are_seen(question: str) -> None:
    assert leans(question)


def test_a_question_of_few_words_without_a_name_takes_the_last_subject_and_it_counts_less() -> None:
    bare, leaning = follow("What caused the defeat?", HISTORY), follow("What did he do?", HISTORY)
    assert bare.terms == ("Fang", "Binxing") and bare.names == ()
    assert 0 < bare.share < leaning.share < 1
    assert not follow("What caused the defeat of Napoleon?", HISTORY).context


def test_names_of_the_answer_come_after_the_terms_of_the_questions_and_each_once() -> None:
    found = follow("and when was that?", HISTORY)
    assert found.terms == ("Fang", "Binxing")
    assert found.names == ("Great", "Firewall", "June", "2014")


def test_without_a_history_nothing_is_added() -> None:
    assert not follow("and when was that?", ()).context


@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=60), st.text(max_size=80)), max_size=3))
def test_any_conversation_can_be_followed(question: str, history: list[tuple[str, str]]) -> None:
    found = follow(question, history)
    lower = [word.lower() for word in found.context]
    assert len(lower) == len(set(lower))
    assert 0 <= found.share < 1
    assert content_words(question) is not None and names_in(question) is not None
    assert isinstance(understand(question, history), Move)


def test_what_stands_alone_is_ranked_exactly_as_without_a_history(article: Index) -> None:
    question = "Which companies take part in the World Internet Conference in Wuzhen?"
    assert ask(question, index=article, history=HISTORY) == ask(question, index=article)


def test_the_weights_of_a_query_sum_to_one_and_only_own_words_judge(article: Index) -> None:
    query, encoding, alone = build_query(article.encoder, "What did he say in the interviews?", HISTORY)
    assert len(query.weights) == len(query.own) == len(encoding.tokens) > 2 * len(alone.tokens)
    assert abs(float(query.weights.sum()) - 1) < 1e-5 and abs(float(query.own.sum()) - 1) < 1e-5
    assert not query.own[: len(alone.tokens)].any() and (query.weights[query.own > 0] > 0).all()


def talk(index: Index, *questions: str, documents: list[str] | None = None) -> list[Answer]:
    answers: list[Answer] = []
    history: list[tuple[str, str]] = []
    for question in questions:
        answers.append(ask(question, index=index, history=history, documents=documents))
        history.append((question, answer_text(answers[-1])))
    return answers


def test_a_follow_up_is_answered_from_what_it_leans_on_and_says_what_was_searched_for(article: Index) -> None:
    first, then, alone = talk(article, FANG, "and when was he interviewed?", "What does ICANN do?")
    assert "Fang Binxing" in first.evidence[0].text and first.standalone_question == FANG
    assert then.answered and "June 2014" in then.evidence[0].text
    assert "Fang Binxing" in then.standalone_question and then.question == "and when was he interviewed?"
    assert alone.standalone_question == "What does ICANN do?"


BOOK = """# On Teapots

## Chapter One

The teapot was invented by Ada Spout in 1843. She sold it to nobody.

## Chapter Two

The blue teapot was invented by Bertha Lid in 1901. It was sold all over Portugal.

## Chapter Three

A kettle was invented by Carl Steam, and kettles whistle. Teapots of iron were invented by Dora Tin.
"""


@pytest.fixture(scope="module")
def teapots(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("teapots")
    (folder / "book.md").write_text(BOOK)
    (folder / "letter.txt").write_text(
        "Letter\n\nI tell you that the teapot was invented by my aunt Edna Brew in Leeds."
    )
    index = Index.open(folder / "library")
    index.add(folder / "book.md", folder / "letter.txt")
    return index


def test_more_gives_passages_that_were_not_quoted_yet(teapots: Index) -> None:
    first, second, third = talk(teapots, "Who invented the teapot?", "more", "another passage")
    shown = [answer_text(answer) for answer in (first, second, third)]
    assert len(set(shown)) == 3
    assert second.standalone_question == "Who invented the teapot?" and second.question == "more"
    for hit in second.hits:
        assert not any(evidence.text in shown[0] for evidence in hit.evidence)


@pytest.mark.parametrize(
    "move", ["only in chapter 2", "just in chapter two", "in the second chapter", "Only in Chapter II."]
)
def test_only_in_a_chapter_asks_again_there(teapots: Index, move: str) -> None:
    _, there = talk(teapots, "Who invented the teapot?", move)
    assert {hit.citation.section for hit in there.hits} == {"Chapter Two"}
    assert "Bertha Lid" in there.hits[0].text and "chapter" in there.standalone_question


@pytest.mark.parametrize(
    "question", ["Who invented the teapot? Only in chapter 2.", "only in chapter 2: who invented the teapot?"]
)
def test_a_question_may_bring_its_place_along(teapots: Index, question: str) -> None:
    (answer,) = talk(teapots, question)
    assert "Bertha Lid" in answer.hits[0].text and len({hit.citation.section for hit in answer.hits}) == 1


def test_in_the_second_document_is_the_second_that_was_shown(teapots: Index) -> None:
    first, there = talk(teapots, "Who invented the teapot?", "in the second document")
    order = list(dict.fromkeys(hit.citation.document_id for hit in first.hits))
    assert {hit.citation.document_id for hit in there.hits} == {order[1]}


def test_only_in_a_document_by_its_title(teapots: Index) -> None:
    (there,) = talk(teapots, "Who invented the teapot? only in “letter”")
    assert "Edna Brew" in there.hits[0].text and len(there.hits) == 1


def test_a_place_that_is_not_there_is_said(teapots: Index) -> None:
    with pytest.raises(QuestionError, match=r"There is no chapter 9 in these documents; .*\.$"):
        talk(teapots, "Who invented the teapot?", "only in chapter 9")


def test_moves_stack_and_count_as_what_they_asked_in_what_follows(teapots: Index) -> None:
    _, there, more, then = talk(teapots, "Who invented the teapot?", "only in chapter 3", "more", "and when was that?")
    assert {hit.citation.section for hit in (*there.hits, *more.hits)} == {"Chapter Three"}
    assert "teapot" in then.standalone_question and "chapter" not in then.standalone_question
    again = ask(there.standalone_question, index=teapots)  # as a person may correct it
    assert again.hits[0].citation == there.hits[0].citation


def test_words_that_only_sound_like_a_place_stay_in_the_question(teapots: Index) -> None:
    for question in ("Were kettles sold only on page views?", "Do teapots whistle only in part 7?"):
        assert ask(question, index=teapots).standalone_question == question


@pytest.mark.parametrize(
    ("named", "section"),
    [
        ("the second chapter", "Chapter 2"),
        ("the last chapter", "Chapter 2"),
        ("chapter I", "Chapter 1"),
        ("section 3", "3. Index"),
    ],
)
def test_parts_are_found_by_their_numbers(tmp_path: Path, named: str, section: str) -> None:
    titles = ("Preface", "I have a dream", "Chapter 1", "Chapter 2", "3. Index")
    text = "".join(f"## {title}\n\nHere, in {title.lower()}, the lamp is lit.\n\n" for title in titles)
    (tmp_path / "book.md").write_text(text)
    with Index.open(tmp_path / "library") as index:
        index.add(tmp_path / "book.md")
        hits = ask(f"Where is the lamp lit? Only in {named}.", index=index).hits
    assert {hit.citation.section for hit in hits} == {section}


def test_reading_a_turn_takes_no_time_whatever_it_is(teapots: Index) -> None:
    began = time.perf_counter()
    for question in ("a" * 900 + " " * 1000 + "b", "only in " * 240, "more " * 390, "that " * 390):
        understand(question, HISTORY)
        follow(question, HISTORY)
    assert time.perf_counter() - began < 1


def test_compare_with_shows_both(teapots: Index) -> None:
    first, both = talk(teapots, "Who invented the kettle?", "compare with the blue teapot")
    assert {"Carl Steam", "Bertha Lid"} <= {
        name for name in ("Carl Steam", "Bertha Lid") for hit in both.hits if name in hit.text
    }
    assert first.hits[0] in both.hits


# What only looks like a move.
@pytest.mark.parametrize(
    "question",
    [
        "What more did Ada Spout sell?",
        "Were teapots sold only in Portugal?",
        "What is in the second chapter of the book about kettles by Carl Steam?",
        "How does the blue teapot compare with the kettle?",
        "Next to what does the kettle stand?",
    ],
)
def test_what_only_looks_like_a_move_is_a_question(question: str) -> None:
    assert understand(question, HISTORY) == Move(question, tuple(HISTORY))


def test_chat_follows_a_conversation_and_forgets_it_when_told(footnote: Shell, tmp_path: Path, home: Path) -> None:
    (tmp_path / "book.md").write_text(BOOK)
    assert footnote("add", tmp_path / "book.md", "--index", tmp_path / "library").returncode == 0
    turns = [
        "Who invented the blue teapot?",
        "and where was it sold?",
        "",
        "=and where was it sold?",
        "only in chapter 9",
    ]
    typed = "\n".join([*turns, "new", "quit", "lost", ""])
    done = footnote("chat", "--index", tmp_path / "library", input=typed)
    assert done.returncode == 0, done.stderr
    assert "sold all over Portugal" in done.stdout
    assert done.stdout.count("Searched for:") == 1 and "blue teapot" in done.stdout.partition("Searched for:")[2]
    assert "There is no chapter 9" in done.stderr and "lost" not in done.stdout
