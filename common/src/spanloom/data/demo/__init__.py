"""The demo's gold corpus: two related languages, made up, generated from templates and names."""

from spanloom.data.demo.corpus import DEMO_LANGUAGES, DEMO_SCHEMA, DEMO_SIZES, demo_corpus

__all__ = ["DEMO_LANGUAGES", "DEMO_SCHEMA", "DEMO_SIZES", "demo_corpus"]
