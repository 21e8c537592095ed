"""`python -m spanloom_validator`: the validator as a process of its own."""

from spanloom.workers.runtime import serve
from spanloom_validator.service import build

if __name__ == "__main__":
    serve(build)
