"""What `tests/bench/peers.py` measures, and how: the server, the meter, and a small script for each peer."""
