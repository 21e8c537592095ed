"""Whose turn it is on a GPU.

`turn` is the turn itself (who waits, holds, gives way), `queue` its row, `lock_file` the lock that excludes, `guard`
the process that ends a stalled holder, `card` what the card says of itself.
"""
