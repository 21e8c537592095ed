"""Languages Spanloom knows: the paper's with related language and gold data, every other of ISO 639 with name, family
and script (`languages.tsv`, written by `infra/language_table.py`). What a specification gives comes before either."""

from __future__ import annotations

import copy
import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from spanloom.data.named import COLLECTIONS


@dataclass(frozen=True)
class Language:
    """A language under the code that its gold data uses.

    `family` is None where no table has one; `script` is ISO 15924, None where unknown; `in_xlmr` whether XLM-R was
    pre-trained on it (Conneau et al., 2020, Table 6); `related` the language whose gold data comes first in
    `fine_tuning` (the paper's Table 2); `gold` and `wikiann` data set names.
    """

    code: str
    iso1: str | None
    iso3: str
    name: str
    family: str | None
    script: str | None
    in_xlmr: bool
    related: str | None = None
    gold: str | None = None
    wikiann: str | None = None


def _germanic(code: str, iso3: str, name: str, related: str | None, gold: str | None) -> Language:
    return Language(code, code, iso3, name, "Indo-European", "Latn", True, related, gold, f"wikiann/{code}")


def _niger_congo(code: str, iso1: str, name: str, in_xlmr: bool, related: str) -> Language:
    return Language(
        code, iso1, code, name, "Niger-Congo", "Latn", in_xlmr, related, f"masakhaner2/{code}", f"wikiann/{iso1}"
    )


def _dravidian(code: str, iso3: str, name: str, script: str, related: str) -> Language:
    return Language(code, code, iso3, name, "Dravidian", script, True, related, f"naamapadam/{code}", f"wikiann/{code}")


_ALL = (
    _germanic("da", "dan", "Danish", "sv", "universal_ner/da_ddt"),
    _germanic("sv", "swe", "Swedish", "da", "universal_ner/sv_talbanken"),
    _germanic("sk", "slk", "Slovak", "en", "universal_ner/sk_snk"),
    _germanic("en", "eng", "English", None, "universal_ner/en_ewt"),
    _niger_congo("kin", "rw", "Kinyarwanda", False, "swa"),
    _niger_congo("swa", "sw", "Swahili", True, "kin"),
    _niger_congo("yor", "yo", "Yoruba", False, "ibo"),
    _niger_congo("ibo", "ig", "Igbo", False, "yor"),
    _dravidian("kn", "kan", "Kannada", "Knda", "te"),
    _dravidian("ta", "tam", "Tamil", "Taml", "te"),
    _dravidian("te", "tel", "Telugu", "Telu", "kn"),
    _dravidian("ml", "mal", "Malayalam", "Mlym", "ta"),
)

LANGUAGES: Mapping[str, Language] = {language.code: language for language in _ALL}
"""The paper's eleven languages and English, by the code of their gold data."""

PAPER_LANGUAGES = tuple(code for code in LANGUAGES if code != "en")

_BY_CODE = {code: language for language in _ALL for code in (language.code, language.iso1, language.iso3) if code}


_IN_XLMR = frozenset([
    "af", "am", "ar", "as", "az", "be", "bg", "bn", "br", "bs", "ca", "cs", "cy", "da", "de", "el", "en", "eo",
    "es", "et", "eu", "fa", "fi", "fr", "fy", "ga", "gd", "gl", "gu", "ha", "he", "hi", "hr", "hu", "hy", "id",
    "is", "it", "ja", "jv", "ka", "kk", "km", "kn", "ko", "ku", "ky", "la", "lo", "lt", "lv", "mg", "mk", "ml",
    "mn", "mr", "ms", "my", "ne", "nl", "no", "om", "or", "pa", "pl", "ps", "pt", "ro", "ru", "sa", "sd", "si",
    "sk", "sl", "so", "sq", "sr", "su", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur", "uz", "vi",
    "xh", "yi", "zh", "nb", "fil", "arb", "azj", "cmn", "ekk", "gaz", "ory", "pes", "plt", "swh", "zsm",
])  # fmt: skip
"""Codes of the languages of CC-100 (Conneau et al., 2020, Table 6), and of the members that its macrolanguages mean."""


def find_language(code: str) -> Language | None:
    """The language of an ISO 639-1 or 639-3 code, None where ISO 639 has no living language of that code."""
    return _BY_CODE.get(code) or _others().get(code)


def iso3_of(code: str) -> str | None:
    """The ISO 639-3 code of a language by any code of it, with a subtag or without; None as in `find_language`.

    >>> iso3_of("da"), iso3_of("zh-Hant"), iso3_of("nobody")
    ('dan', 'zho', None)
    """
    known = find_language(code.partition("-")[0])
    return known.iso3 if known else None


@lru_cache(maxsize=1)
def _others() -> Mapping[str, Language]:
    """Every language of the table under each of its codes."""
    found: dict[str, Language] = {}
    with resources.files("spanloom.data").joinpath("languages.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            iso1, iso3 = row["iso1"] or None, row["iso3"]
            for code in filter(None, (iso1, iso3)):
                seen = bool({iso1, iso3} & _IN_XLMR)
                found[code] = Language(
                    code, iso1, iso3, row["name"], row["family"] or None, row["script"] or None, seen
                )
    return found


def names_in_models(code: str) -> list[str]:
    """What translation models may call a language, the likeliest first: `es`, `spa_Latn`, `spa`.

    A code with a subtag (`zh-Hant`) is looked for as it is and by its language.
    """
    base, _, subtag = code.partition("-")
    known = find_language(base)
    if known is None:
        return [code]
    script = subtag if len(subtag) == 4 else known.script
    named = [code, *([f"{known.iso3}_{script}"] if script else []), known.iso1, base, known.iso3]
    return list(dict.fromkeys(name for name in named if name))


def complete_spec(data: dict[str, Any]) -> dict[str, Any]:
    """A specification's data with what the registry knows of its languages filled in; what is given stays.

    A language may be its code alone (`languages: [da, swa]`). The related language is filled in where
    `training.settings` has `fine_tuning` (the default has). Where no settings are given and a language brings gold
    data of its own but no related language, the run is `from_scratch` alone: a guess is never needed. Anything
    malformed is left for `check_spec` to name.
    """
    out = copy.deepcopy(data)
    languages = out.get("languages")
    if not isinstance(languages, list):
        return out
    training = out.get("training")
    settings = training.get("settings") if isinstance(training, dict) else None
    given = _golds(languages)
    if settings is None and isinstance(training, dict | None) and any(_stands_alone(item, given) for item in languages):
        settings = ["from_scratch"]
        out["training"] = {**(training or {}), "settings": settings}
    related = not isinstance(settings, list) or "fine_tuning" in settings
    out["languages"] = [_complete(item, related, given) for item in languages]
    for item in out["languages"]:
        _narrow_labels(item, out.get("labels"))
    for source in out["sources"] if isinstance(out.get("sources"), list) else ():
        if isinstance(source, dict) and source.get("kind") == "wikiann":
            _fill_wikiann(source, out["languages"])
    return out


def _stands_alone(item: Any, given: Mapping[str, Any]) -> bool:
    """Whether a language has gold data of its own and no related language among those given, or says it has none."""
    if not isinstance(item, dict):
        return False
    gold = item.get("gold")
    if "related" in item:
        return item["related"] is None
    known = find_language(str(item.get("code")))
    if known is None or known.related is None:
        return isinstance(gold, dict)  # whatever it is, nobody knows a related language to it
    return isinstance(gold, dict) and bool(gold.keys() & {"file", "path", "files"}) and known.related not in given


def _narrow_labels(item: Any, labels: Any) -> None:
    """Labels of a named data set that has only the first of the run's: `paper` rules count tags beyond as unknown."""
    gold = item.get("gold") if isinstance(item, dict) else None
    name = gold.get("name") if isinstance(gold, dict) else None
    collection = COLLECTIONS.get(str(name).partition("/")[0])
    if collection is None or not isinstance(labels, (list, dict)) or "labels" in item:
        return
    if len(collection.types) < len(labels) and list(collection.types) == list(labels)[: len(collection.types)]:
        item["labels"] = list(collection.types)


def _fill_wikiann(source: dict[str, Any], languages: list[Any]) -> None:
    gold = source.setdefault("gold", {})
    for item in languages:
        known = find_language(str(item.get("code"))) if isinstance(item, dict) else None
        if isinstance(gold, dict) and known is not None and known.wikiann:
            gold.setdefault(item["code"], {"name": known.wikiann})


def _golds(languages: list[Any]) -> dict[str, Any]:
    """Gold data that the specification itself gives, by code: a related language is the same data as the target."""
    golds: dict[str, Any] = {}
    for item in languages:
        for part in (item, item.get("related") if isinstance(item, dict) else None):
            if isinstance(part, dict) and isinstance(part.get("code"), str) and "gold" in part:
                golds.setdefault(part["code"], part["gold"])
    return golds


def _complete(item: Any, related: bool, given: Mapping[str, Any]) -> Any:
    if isinstance(item, str):
        item = {"code": item}
    if not isinstance(item, dict) or not isinstance(item.get("code"), str):
        return item
    known = find_language(item["code"])
    if "gold" not in item and item["code"] in given:
        item["gold"] = given[item["code"]]
    partner = item.get("related")
    if known is not None:
        for field in ("name", "family", "script", "in_xlmr"):
            if getattr(known, field) is not None:
                item.setdefault(field, getattr(known, field))
        if "gold" not in item and known.gold:
            item["gold"] = {"name": known.gold}
        if "related" not in item and related and known.related:
            partner = {"code": known.related}
    if isinstance(partner, str):
        partner = {"code": partner}
    if isinstance(partner, dict) and isinstance(partner.get("code"), str):
        item["related"] = _with_gold(partner, item.get("gold"), given)
    return item


def _with_gold(partner: dict[str, Any], target_gold: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """The related language with gold data: as given elsewhere, of the demo corpus beside the demo, by name."""
    code = partner["code"]
    known = find_language(code)
    if "gold" in partner:
        return partner
    if code in given:
        return partner | {"gold": given[code]}
    if isinstance(target_gold, dict) and "demo" in target_gold and code in ("da", "sv"):
        return partner | {"gold": {"demo": code}}
    return partner | {"gold": {"name": known.gold}} if known and known.gold else partner
