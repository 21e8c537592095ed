"""Writes the table of languages from public tables: run by hand when they change.

    pip install pycountry langcodes
    python infra/language_table.py GLOTTOLOG_LANGUOIDS_CSV >common/src/spanloom/data/languages.tsv

Codes and names are ISO 639's as pycountry has them (living languages and macrolanguages), scripts Unicode CLDR's
likely ones, families Glottolog's (CC BY 4.0; its Atlantic-Congo under the name Niger-Congo, as the registry calls it).
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pycountry
from langcodes.data_dicts import LIKELY_SUBTAGS

FAMILIES = {"Atlantic-Congo": "Niger-Congo"}
UNKNOWN = {"Zzzz", ""}
MEMBERS = {
    "ara": "arb", "aze": "azj", "est": "ekk", "fas": "pes", "grn": "gug", "iku": "ike", "kau": "knc", "kon": "kng",
    "mlg": "plt", "msa": "zsm", "oji": "ojb", "ori": "ory", "orm": "gaz", "que": "quz", "srd": "src", "swa": "swh",
    "zho": "cmn",
}  # fmt: skip
"""A member of each macrolanguage that Glottolog has under its members alone."""


def families(path: Path) -> dict[str, str]:
    """Family by ISO 639-3 code; a language without relatives is its own family."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["ISO639P3code"]]
    return {row["ISO639P3code"]: FAMILIES.get(row["Family_Name"], row["Family_Name"]) or row["Name"] for row in rows}


def script(*codes: str) -> str:
    """ISO 15924 code of the script that a language is mostly written in; empty where CLDR knows none."""
    for code in filter(None, codes):
        parts = LIKELY_SUBTAGS.get(code, "").split("-")
        if len(parts) > 1 and parts[1] not in UNKNOWN:
            return str(parts[1])
    return ""


def main() -> int:
    """Print the table; the exit code is 0."""
    known = families(Path(sys.argv[1]))
    print("iso3\tiso1\tname\tfamily\tscript")
    for language in sorted(pycountry.languages, key=lambda each: str(each.alpha_3)):
        if language.type not in ("L", "C") and getattr(language, "alpha_2", None) is None:
            continue
        iso3, iso1 = language.alpha_3, getattr(language, "alpha_2", "")
        name = getattr(language, "common_name", None) or language.name.split(" (")[0]
        print(iso3, iso1, name, known.get(iso3) or known.get(MEMBERS.get(iso3, ""), ""), script(iso1, iso3), sep="\t")
    return 0


if __name__ == "__main__":
    sys.exit(main())
