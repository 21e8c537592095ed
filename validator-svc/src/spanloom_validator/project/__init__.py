"""Translations judged: the spans of the sentence carried over, or a reason why not."""
