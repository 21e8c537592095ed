"""The HTTP shell every service wears: one error shape, health, metrics, access and pages."""

from spanloom.http.app import create_app
from spanloom.http.pages import Cursor, IdempotencyKey, Limit, Page, page_of
from spanloom.http.problems import Problem, ProblemError

__all__ = [
    "Cursor",
    "IdempotencyKey",
    "Limit",
    "Page",
    "Problem",
    "ProblemError",
    "create_app",
    "page_of",
]
