"""Files that are archives inside (Word, EPUB and so on): refused when they would burst the memory."""

from __future__ import annotations

import io
import zipfile
from typing import NoReturn

from index.errors import ReadError

_LARGEST = 300 * 1024**2  # bytes, unpacked
_FILES = 10_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # what encrypted Office files, and those of before 2007, begin with


def refuse_archive(data: bytes, stem: str) -> NoReturn:
    """Raises ReadError, always: documents in an archive would be cited by a path that nobody can open."""
    raise ReadError("is an archive; unpack it, and add the folder.")


def checked_archive(data: bytes) -> zipfile.ZipFile:
    """The archive in these bytes. Raises ReadError when it is none, is encrypted, or unpacks to too much."""
    if data.startswith(_OLE):
        raise ReadError(
            "is encrypted, or of a kind from before 2007; open it, and save a copy without a password as "
            ".docx, .xlsx or .pptx."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        raise ReadError("is damaged: it is no archive, as files of its kind are; get a fresh copy.") from None
    members = archive.infolist()
    if len(members) > _FILES or sum(member.file_size for member in members) > _LARGEST:
        limit = _LARGEST // 1024**2
        raise ReadError(f"unpacks to more than {limit} MB, which is more than is read; split it.")
    return archive
