"""`python -m spanloom_evaluator`: the evaluator as a process of its own."""

from spanloom.workers.runtime import serve
from spanloom_evaluator.service import build

if __name__ == "__main__":
    serve(build)
