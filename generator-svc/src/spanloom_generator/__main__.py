"""`python -m spanloom_generator`: the generator as a process of its own."""

from spanloom.workers.runtime import serve
from spanloom_generator.service import build

if __name__ == "__main__":
    serve(build)
