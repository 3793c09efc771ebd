"""The parts of the web page: what `app.py` puts together."""

from pathlib import Path

STYLE = Path(__file__).with_name("style.css")
