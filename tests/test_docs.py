"""The documentation is true: its commands, options and snippets work, its files exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Shell

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def test_every_command_and_option_is_in_the_readme(footnote: Shell) -> None:
    overview = footnote("--help").stdout
    commands = re.findall(r"^    (\w+) ", overview, re.MULTILINE)
    assert {"ask", "add", "sync", "serve"} <= set(commands)
    for command in commands:
        assert f"`footnote {command}" in README, command
        for option in re.findall(r"(?<!\w)(--\w+)", footnote(command, "--help").stdout):
            assert option == "--help" or option in README, (command, option)


def test_the_python_in_the_readme_runs(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "terms.txt").write_text("The term was coined by Ada Byron in a letter of 1843.")
    done = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, text=True, timeout=120, cwd=tmp_path, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr
    assert "Ada Byron" in done.stdout


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/quality.md"])
def test_files_that_the_documentation_names_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / name).parent.joinpath(link).exists(), link
    for script in re.findall(r"\b(bench/\w+\.py)", text):
        assert (ROOT / script).exists(), script


def test_every_module_is_in_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    for module in [
        *ROOT.glob("index/*.py"),
        *ROOT.glob("qa/*.py"),
        *ROOT.glob("page/*.py"),
        *ROOT.glob("page/static/*.js"),
    ]:
        if module.name not in ("__init__.py", "types.py", "errors.py"):
            assert f"`{module.name}`" in text, module
