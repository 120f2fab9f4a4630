"""The texts of the study: documents of two Debian packages, in three kinds.

Prose and French are sections of the Debian Administrator's Handbook, code are modules of Python's
standard library. A section is in the same part (evaluation or training) in both languages, so that
no evaluated document has its translation among the training texts.
"""

from __future__ import annotations

import html
import random
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("debian-handbook", "libpython3.11-stdlib")
HANDBOOK = "usr/share/doc/debian-handbook/html"
MODULES = "usr/lib/python3.11"
KINDS = ("prose", "code", "french")
#: Folders of the handbook.
LANGUAGES = {"prose": "en-US", "french": "fr-FR"}
#: Shorter documents have too few tokens.
SHORTEST = 1500
#: Modules that are tables, not code that somebody wrote line by line.
SKIPPED = re.compile(r"/(test|tests|lib2to3|encodings|pydoc_data|__pycache__|config-3)|_sysconfigdata")


@dataclass(frozen=True)
class Document:
    """A text and where it is from."""

    kind: str
    name: str
    text: str


class NoText(Exception):
    """The packages cannot be had."""


def unpacked(folder: Path) -> Path:
    """The packages' files, fetched by apt-get if they are not there; that needs no root."""
    files = folder / "files"
    if (files / "complete").exists():
        return files
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise NoText(f"{tool} is missing; the texts are packages of Debian 12: {', '.join(PACKAGES)}")
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(["apt-get", "download", *PACKAGES], cwd=folder, capture_output=True, text=True)
    archives = [sorted(folder.glob(f"{name}_*.deb")) for name in PACKAGES]
    if not all(archives):
        raise NoText(f"apt-get download {' '.join(PACKAGES)} failed: {done.stderr.strip()[-300:]}")
    for found in archives:
        subprocess.run(["dpkg-deb", "-x", found[-1], files], check=True)
    (files / "complete").touch()
    return files


def paragraphs(path: Path) -> list[str]:
    """The paragraphs of a section of the handbook as plain text."""
    found = re.findall(r'<div class="para">(.*?)</div>', path.read_text(encoding="utf-8"), re.DOTALL)
    plain = (html.unescape(re.sub(r"<[^>]+>", "", text)) for text in found)
    return [text for text in (" ".join(text.split()) for text in plain) if len(text) > 40]


def sections(files: Path) -> dict[str, list[Document]]:
    """Prose and French. A paragraph that nobody has translated is left out of the French text."""
    found: dict[str, list[Document]] = {kind: [] for kind in LANGUAGES}
    for path in sorted((files / HANDBOOK / LANGUAGES["prose"]).glob("sect.*.html")):
        english = paragraphs(path)
        texts = {"prose": english, "french": []}
        translated = files / HANDBOOK / LANGUAGES["french"] / path.name
        if translated.exists():
            texts["french"] = [text for text in paragraphs(translated) if text not in set(english)]
        texts = {kind: "\n".join(text) for kind, text in texts.items()}
        if all(len(text) >= SHORTEST for text in texts.values()):
            for kind, text in texts.items():
                found[kind].append(Document(kind, path.stem, text))
    return found


def modules(files: Path) -> list[Document]:
    """Code, each module from its first import on: before that are comments and the licence."""
    root = files / MODULES
    found = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if SKIPPED.search("/" + name):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        start = re.search(r"^(import|from) ", text, re.MULTILINE)
        if start and len(text) - start.start() >= SHORTEST:
            found.append(Document("code", name, text[start.start() :]))
    return found


def documents(folder: Path, seed: int) -> dict[str, list[Document]]:
    """All documents by kind, in an order that the seed decides; the order of sections is one for both languages."""
    files = unpacked(folder)
    by_kind = {**sections(files), "code": modules(files)}
    for kind in KINDS:
        random.Random(f"{seed} {'code' if kind == 'code' else 'sections'}").shuffle(by_kind[kind])
    return by_kind
