"""Entity types that most data have, described."""

from __future__ import annotations

from collections.abc import Mapping

COMMON_TYPES: Mapping[str, str] = {
    "PER": "names of people",
    "ORG": "names of companies, institutions, parties, teams and other organizations",
    "LOC": "names of places: countries, cities, regions, rivers, mountains, buildings",
    "DATE": "dates and times of the calendar, from days of the week to years",
    "MISC": "other proper names: works, events, products, nationalities",
}
"""What well-known entity types mean, where a specification does not say."""
