"""The parts of the web page: what `app.py` puts together."""

from pathlib import Path

STATIC = Path(__file__).with_name("static")
STYLE = STATIC / "style.css"
