"""What every contract shares: frozen models that refuse unknown fields, and bounded names."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints


class Frozen(BaseModel):
    """A contract: immutable, and a field it does not know is a mistake, named with its path."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def _printable(value: str) -> str:
    for char in value:
        if (ord(char) < 32 and char not in "\n\t") or 0xD800 <= ord(char) <= 0xDFFF:
            raise ValueError(f"holds the control character U+{ord(char):04X}; write printable text")
    return value


_NAME = r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$"
_CODE = r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_NAME)]
"""A name that may stand in URLs, file names and SQL rows: letters, digits, `_`, `.`, `-`."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_printable)]
"""Text for people or models: no control characters but newline and tab."""

LanguageCode = Annotated[str, StringConstraints(pattern=_CODE)]
"""ISO 639-1 or 639-3, with BCP 47 subtags if need be: `da`, `swa`, `sr-Latn`."""

PATTERNS = {
    _NAME: "letters, digits, '_', '.' and '-', beginning with a letter or digit",
    _CODE: "a language code such as da, swa or sr-Latn (ISO 639 in small letters)",
    r"^[A-Z][a-z]{3}$": "a script of ISO 15924, such as Latn",
    r"^[A-Z]{3}$": "a currency of ISO 4217, such as USD",
    r"^https?://[^\s]+$": "a URL that begins with http:// or https://",
    r"^[A-Z][A-Z0-9_]*$": "the name of an environment variable: capitals, digits and '_'",
    r"^[a-z0-9_]+/[A-Za-z0-9_\-]+$": "family/configuration, such as universal_ner/da_ddt",
    r"^[A-Za-z0-9][A-Za-z0-9._/\-]{0,199}$": "a commit, branch or tag",
}
"""Every pattern of the specification in words, for whoever wrote something else."""
