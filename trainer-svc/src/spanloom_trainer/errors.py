"""What can go wrong with a training.

SpanloomError
 ├── Cancelled        the training was asked to stop
 └── TrainingFailed   a job did not come to its end; `permanent` says whether another attempt can help
      └── ChildDied   the process that trained is gone
           └── NotReady   it was gone before it could take a job
"""

from __future__ import annotations

from spanloom.errors import SpanloomError


class Cancelled(SpanloomError):
    """The training was asked to stop."""


class TrainingFailed(SpanloomError):
    """A job did not come to its end.

    `permanent` where the job itself is at fault, so that another attempt would end the same way.
    """

    def __init__(self, message: str | None = None, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(message)


class ChildDied(TrainingFailed):
    """The process that trained is gone."""


class NotReady(ChildDied):
    """The process that trains was not ready in time and was ended; nothing of the job was begun."""
