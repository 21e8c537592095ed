"""Whose turn it is on a GPU: the queue, the lock file, the guard, the turn itself."""
