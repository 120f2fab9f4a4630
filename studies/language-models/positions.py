"""Sequences of tokens with what code can say of each position."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass

import torch

from texts import KINDS, Document

#: Tokens of a sequence.
LENGTH = 64
#: What code can label, and in which kinds of text.
PROPERTIES = {
    "number": KINDS,
    "inside_string_or_comment": ("code",),
    "sentence_start": ("prose", "french"),
    "french": ("prose", "french"),
    "space_next": KINDS,
}


@dataclass
class Sequences:
    """Sequences of one length. `labels` are 1 or 0, and -1 where a property has no meaning."""

    tokens: torch.Tensor
    targets: torch.Tensor
    labels: dict[str, torch.Tensor]
    kinds: list[str]
    documents: list[str]

    def of_kind(self, *kinds: str) -> torch.Tensor:
        """Positions (flat) of these kinds, as booleans."""
        return torch.tensor([kind in kinds for kind in self.kinds]).repeat_interleave(LENGTH)

    def groups(self) -> list[int]:
        """A number for each position: that of its document."""
        numbers = {name: number for number, name in enumerate(dict.fromkeys(self.documents))}
        return [numbers[name] for name in self.documents for _ in range(LENGTH)]


def inside(text: str) -> list[bool]:
    """For each character of a module: whether it is in a string or a comment."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    marked = [False] * len(text)
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type in (tokenize.STRING, tokenize.COMMENT):
                first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
                marked[first:last] = [True] * (last - first)
    except (tokenize.TokenError, IndentationError):
        # What comes after the error stays unmarked; it is far behind the tokens that are used.
        pass
    return marked


def labels_of(document: Document, offsets: list[tuple[int, int]]) -> dict[str, list[int]]:
    """The labels of a document's tokens."""
    text = document.text
    marked = inside(text) if document.kind == "code" else []

    def visible(start: int, end: int) -> int:
        """The first character of a token that is no space."""
        return next((at for at in range(start, end) if not text[at].isspace()), start)

    def starts_sentence(start: int, end: int) -> bool:
        before = text[: visible(start, end)].rstrip(" ")
        return not before or before[-1] in ".!?\n"

    tell = {
        "number": lambda start, end: any(c.isdigit() for c in text[start:end]),
        "inside_string_or_comment": lambda start, end: marked[visible(start, end)],
        "sentence_start": starts_sentence,
        "french": lambda start, end: document.kind == "french",
        "space_next": lambda start, end: text[end : end + 1] == " ",
    }
    return {
        name: [int(tell[name](*span)) if document.kind in kinds else -1 for span in offsets]
        for name, kinds in PROPERTIES.items()
    }


def sequences(tokenizer, documents: list[Document], most: int) -> Sequences:
    """The first sequences of each document, at most so many of one; a document may have fewer."""
    tokens, targets, kinds, names = [], [], [], []
    labels: dict[str, list[list[int]]] = {name: [] for name in PROPERTIES}
    for document in documents:
        # A token has about four characters; twice that is enough.
        cut = Document(document.kind, document.name, document.text[: 8 * LENGTH * (most + 1)])
        encoded = tokenizer(cut.text, return_offsets_mapping=True, add_special_tokens=False)
        ids, offsets = encoded["input_ids"], encoded["offset_mapping"]
        found = labels_of(cut, offsets)
        for start in range(0, min(most * LENGTH, len(ids) - LENGTH), LENGTH):
            tokens.append(ids[start : start + LENGTH])
            targets.append(ids[start + 1 : start + LENGTH + 1])
            kinds.append(document.kind)
            names.append(f"{document.kind} {document.name}")
            for name in PROPERTIES:
                labels[name].append(found[name][start : start + LENGTH])
    return Sequences(
        torch.tensor(tokens),
        torch.tensor(targets),
        {name: torch.tensor(values) for name, values in labels.items()},
        kinds,
        names,
    )
