"""What the tests share: the real model, a library of the sample article, the shell, another model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import CHROMIUM, leaves, served
from playwright.sync_api import Browser, Page, expect, sync_playwright

from index import Index
from index.encoder import DEFAULT_MODEL, Encoder, shared_encoder
from index.library import SAMPLE

QUESTIONS = Path(__file__).parent / "questions" / "article.jsonl"


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No test touches the default library of whoever runs it."""
    folder = tmp_path_factory.mktemp("home")
    before = {
        name: os.environ.pop(name, None)
        for name in ("FOOTNOTE_HOME", "FOOTNOTE_MODEL", "FOOTNOTE_READER", "FOOTNOTE_RERANKER")
    }
    os.environ["FOOTNOTE_HOME"] = str(folder)
    yield folder
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The default model, loaded once."""
    encoder = shared_encoder(DEFAULT_MODEL)
    encoder.load()
    return encoder


@pytest.fixture
def new_library(tmp_path: Path) -> Iterator[Index]:
    """An empty library."""
    with Index.open(tmp_path / "library") as index:
        yield index


@pytest.fixture(scope="session")
def article(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """A library of the sample article; not to be changed."""
    with Index.open(tmp_path_factory.mktemp("article") / "library") as index:
        index.add(SAMPLE)
        yield index


Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def footnote() -> Shell:
    """Run the installed command: `footnote("list", "--index", folder)`."""
    command = shutil.which("footnote", path=str(Path(sys.executable).parent))
    assert command, "the console script footnote is not installed beside this Python"

    def run(*arguments: object, **settings: object) -> subprocess.CompletedProcess[str]:
        words = [command, *map(str, arguments)]
        return subprocess.run(words, capture_output=True, text=True, timeout=120, **settings)  # type: ignore[call-overload, no-any-return]

    return run


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make a tiny BERT of random weights, of a class of transformers named, in a folder."""
    import torch
    import transformers

    def make(name: str) -> Path:
        torch.manual_seed(0)
        folder = tmp_path_factory.mktemp("tiny")
        letters = [chr(code) for code in range(33, 127)]
        words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
        (folder / "vocab.txt").write_text("\n".join(words))
        transformers.BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
        config = transformers.BertConfig(
            vocab_size=len(words),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            initializer_range=0.5,
            num_labels=1 if "Sequence" in name else 2,
        )
        getattr(transformers, name)(config).save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def other_model(tiny: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny sentence-transformers model."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer

    folder = tmp_path_factory.mktemp("tiny") / "model"
    transformer = Transformer(str(tiny("BertModel")), max_seq_length=64)
    SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="session")
def other_reader(tiny: Callable[[str], Path]) -> Path:
    """A tiny question-answering model."""
    return tiny("BertForQuestionAnswering")


@pytest.fixture(scope="session")
def cross_encoder(tiny: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CrossEncoder."""
    from sentence_transformers import CrossEncoder

    folder = tmp_path_factory.mktemp("cross-encoder")
    CrossEncoder(str(tiny("BertForSequenceClassification")), num_labels=1, device="cpu").save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="session")
def multi_vector(tiny: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny late-interaction model."""
    from sentence_transformers import MultiVectorEncoder

    folder = tmp_path_factory.mktemp("multi-vector")
    MultiVectorEncoder(str(tiny("BertModel")), device="cpu").save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def article_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of a default library, which holds the sample article; not to be changed."""
    with served(home=tmp_path_factory.mktemp("served")) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any request that leaves the machine and any script error."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    strangers: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: strangers.append(request.url) if leaves(request.url) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    yield page
    context.close()
    assert strangers == [] and errors == []
