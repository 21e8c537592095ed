"""spaCy's DocBin (`.spacy`), read with spaCy itself, which is an extra."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from spanloom.data.formats.raw import RawFile, RawSentence, checked
from spanloom.data.lines import charge, charge_deflated
from spanloom.data.roots import open_regular
from spanloom.errors import DataError, EnvironmentMissing


def read_docbin(path: Path) -> RawFile:
    """Sentences of a DocBin: those that it marks, else each document as one; whitespace tokens go.

    Raises DataError for a file that is none, EnvironmentMissing without spaCy.
    """
    try:
        import spacy
        from spacy.tokens import DocBin
    except ImportError as error:
        raise EnvironmentMissing(
            f"a DocBin needs {error.name}; pip install 'spanloom[spacy]', or write the documents as JSONL: "
            '{"text": ..., "entities": [[start, end, label], ...]}'
        ) from error
    with open_regular(path) as source:
        charge(path, os.fstat(source.fileno()).st_size, "packed")
        data = source.read()
    charge_deflated(path, data)
    try:
        docs = list(DocBin().from_bytes(data).get_docs(spacy.blank("xx").vocab))
    except Exception as error:
        raise DataError(f"is no DocBin that can be read: {error}", path=str(path)) from error
    sentences: list[RawSentence] = []
    grouped = 0
    for number, doc in enumerate(docs, 1):
        grouped += sum(len(group) for group in doc.spans.values())
        for part in doc.sents if doc.has_annotation("SENT_START") else [doc]:
            pairs = [(token.text, _tag(token)) for token in part if token.text.strip()]
            if pairs:
                sentences.append(checked(path, number, [text for text, _ in pairs], [tag for _, tag in pairs]))
    if not sentences:
        raise DataError("holds no sentence (DocBin)", path=str(path))
    notes = (f"{grouped:,} spans of span groups are left out; entities (doc.ents) are read",) if grouped else ()
    return RawFile(str(path), "spacy", sentences, spans=True, notes=notes)


def _tag(token: Any) -> str:
    return f"{token.ent_iob_}-{token.ent_type_}" if token.ent_iob_ in ("B", "I") and token.ent_type_ else "O"
