"""numpy: every pair, as products of matrices, some terminals at a time."""

import math

import peer

peer.need("numpy")
import numpy as np

given = peer.arguments("places")
satellites = np.fromfile(given.work / "satellites.f64").reshape(-1, 3)
places = np.fromfile(given.work / f"places-{given.places}.f64").reshape(-1, 6)
at, up = np.ascontiguousarray(places[:, :3]), np.ascontiguousarray(places[:, 3:])
SINE_SQUARED = math.sin(math.radians(25.0)) ** 2
# A block of pairs fits the cache.
TERMINALS_AT_ONCE = 16
found = []


def work():
    found.clear()
    across = np.ascontiguousarray(satellites.T)
    squares = np.einsum("ij,ij->i", satellites, satellites)
    for first in range(0, len(at), TERMINALS_AT_ONCE):
        p, u = at[first : first + TERMINALS_AT_ONCE], up[first : first + TERMINALS_AT_ONCE]
        height = u @ across
        height -= np.einsum("ij,ij->i", u, p)[:, None]
        range_squared = p @ across
        range_squared *= -2.0
        range_squared += squares
        range_squared += np.einsum("ij,ij->i", p, p)[:, None]
        # Squares order as the values do where nothing is below the horizon.
        seen = (height > 0.0) & (height * height >= SINE_SQUARED * range_squared)
        terminal, satellite = np.nonzero(seen)
        found.append((terminal + first, satellite))
    return len(at)


def answer():
    return {"pairs": sum(len(block[0]) for block in found)}


peer.serve(peer.version("numpy"), work, answer)
