"""`python -m spanloom_trainer`: the trainer as a process of its own."""

from spanloom.workers.runtime import serve
from spanloom_trainer.service import build

if __name__ == "__main__":
    serve(build)
