"""Markdown pages as the tests read them: headings, tables, code blocks, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.home import CHECKOUT

_FENCE = re.compile(r"^ *```(\w*)")
_HEADING = re.compile(r"^(#+) (.+)$")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    language: str
    text: str
    section: str
    line: int


@dataclass
class Page:
    """One Markdown file, taken apart."""

    path: Path
    headings: list[tuple[int, str]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    # (section, rows): the row of names first, the row of dashes left out.
    tables: list[tuple[str, list[list[str]]]] = field(default_factory=list)
    # Text outside of code blocks, with its section.
    prose: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.path.relative_to(CHECKOUT))

    @property
    def links(self) -> list[str]:
        return [link for _, line in self.prose for link in _LINK.findall(line)]

    @property
    def spans(self) -> list[str]:
        """Texts in single backticks."""
        return [span for _, line in self.prose for span in _SPAN.findall(line)]

    @property
    def code(self) -> list[str]:
        """What a reader may copy into a shell: spans and lines of shell blocks."""
        shell = (block.text for block in self.blocks if block.language == "bash")
        return self.spans + [line for text in shell for line in text.splitlines()]

    @property
    def anchors(self) -> set[str]:
        """Names that `#...` links may use, as the usual renderers make them."""
        return {
            re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            for _, title in self.headings
        }


def read_page(path: Path) -> Page:
    """Take a page apart."""
    page = Page(path)
    section, fence, block = "", "", []
    is_in_table = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark = _FENCE.match(line)
        if fence:
            if mark:
                text = "\n".join(block)
                page.blocks.append(Block(fence, text, section, number))
                fence, block = "", []
            else:
                block.append(line)
            continue
        if mark:
            fence = mark[1] or "text"
            continue
        page.prose.append((section, line))
        heading = _HEADING.match(line)
        if heading:
            section = heading[2]
            page.headings.append((len(heading[1]), section))
        cells = _cells(line)
        if cells and not is_in_table:
            page.tables.append((section, []))
        if cells and not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            page.tables[-1][1].append(cells)
        is_in_table = bool(cells)
    return page


def all_pages() -> Iterator[Page]:
    """Every page of the project."""
    folders = (CHECKOUT.glob("*.md"), (CHECKOUT / "docs").rglob("*.md"))
    for path in sorted(path for found in folders for path in found):
        yield read_page(path)


def page(name: str) -> Page:
    """One page by its name, such as docs/finance.md."""
    return read_page(CHECKOUT / name)


def _cells(line: str) -> list[str]:
    if not line.startswith("|"):
        return []
    return [cell.strip() for cell in line.strip().strip("|").split("|")]
