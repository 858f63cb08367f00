"""Take a handed-in file out of its wrapping: gzip, or a ZIP that holds one file.

The archive keeps the document itself, so that the same document is one file however
it was packed.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

_GZIP_MAGIC = b"\x1f\x8b"
_ZIP_MAGIC = b"PK\x03\x04"
# A settlement of a million lines is about 170 MB. A few packed kilobytes that claim
# more than this are a bomb, and would fill the disk.
_LARGEST_DOCUMENT = 4 << 30
_BLOCK_BYTES = 1 << 20


class _TooLarge(Exception):
    """Unpacked, the document is larger than any that Acorn takes."""


_CANNOT_UNPACK = (
    EOFError,
    _TooLarge,
    gzip.BadGzipFile,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,  # zipfile: a method it does not know, such as Deflate64
    RuntimeError,  # zipfile: encrypted
)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A path to the document inside `path`, as long as the context lasts.

    What cannot be unpacked comes as it is: it is archived, and the loader says what is
    wrong with it.

    Raises:
        OSError: the file cannot be read, or there is no space to unpack it.
    """
    with path.open("rb") as file, tempfile.TemporaryDirectory() as folder:
        magic = file.read(4)
        file.seek(0)
        document = Path(folder) / "document"
        is_packed = magic.startswith(_GZIP_MAGIC) or magic == _ZIP_MAGIC
        if is_packed and _unpack(file, magic, document):
            yield document
        else:
            yield path


def _unpack(file: BinaryIO, magic: bytes, document: Path) -> bool:
    try:
        if magic == _ZIP_MAGIC:
            return _unzip(file, document)
        with gzip.open(file, "rb") as content:
            _write(content, document)
    except _CANNOT_UNPACK:
        document.unlink(missing_ok=True)  # a bomb's part must not stay on the disk
        return False
    return True


def _unzip(file: BinaryIO, document: Path) -> bool:
    with zipfile.ZipFile(file) as archive:
        names = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(names) != 1 or names[0].flag_bits & 1:  # bit 0: encrypted
            return False
        with archive.open(names[0]) as content:
            _write(content, document)
    return True


def _write(content: IO[bytes] | gzip.GzipFile, document: Path) -> None:
    with document.open("wb") as target:
        while block := content.read(_BLOCK_BYTES):
            if target.tell() + len(block) > _LARGEST_DOCUMENT:
                raise _TooLarge
            target.write(block)
