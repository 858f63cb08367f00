"""How Data Docs look: plain pages that need no script and nothing from the network.

Great Expectations' own pages fetch styles and scripts from seven hosts and show an
empty list without them. Texts of files stand in its pages unescaped, so whoever serves
them forbids scripts. Our few templates (`templates/`) go before its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from great_expectations.render.view.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, FileSystemLoader

_TEMPLATES = Path(__file__).parent / "templates"


class PlainPageView(DefaultJinjaPageView):
    """The view of all pages of the site; named in the project's settings."""

    _template = "plain_page.j2"

    def __init__(self, **directories: Any) -> None:
        super().__init__(**directories)
        loaders = [FileSystemLoader(_TEMPLATES), self.env.loader]
        self.env.loader = ChoiceLoader([loader for loader in loaders if loader])
