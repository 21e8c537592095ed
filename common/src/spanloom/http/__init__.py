"""The HTTP shell every service wears: one error shape, health, metrics, access, pages and events."""

from spanloom.http.app import create_app
from spanloom.http.events import EventHub, event_stream
from spanloom.http.pages import Cursor, IdempotencyKey, Limit, Page, page_of
from spanloom.http.problems import Problem, ProblemError

__all__ = [
    "Cursor",
    "EventHub",
    "IdempotencyKey",
    "Limit",
    "Page",
    "Problem",
    "ProblemError",
    "create_app",
    "event_stream",
    "page_of",
]
