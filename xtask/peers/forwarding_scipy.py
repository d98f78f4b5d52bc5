"""scipy: Dijkstra over a sparse matrix from all ground stations at once, with predecessors, which are the next hops.

Nodes are the satellites, the stations as destinations (edges only lead away from them) and the stations as origins (edges
only lead to them), so that no way passes through a station."""

import json

import peer

peer.need("numpy", "scipy")
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

given = peer.arguments("links")


def read(ending, kind):
    return np.fromfile(given.work / f"{given.links}.{ending}", dtype=kind)


about = json.loads((given.work / f"{given.links}.json").read_text())
satellites, stations = about["satellites"], about["stations"]
lasers, laser_m = read("lasers.u32", "<u4").reshape(-1, 2).astype(np.int32), read("lasers.f64", "<f8")
ground, ground_m = read("ground.u32", "<u4").reshape(-1, 2).astype(np.int32), read("ground.f64", "<f8")
last = {}


def work():
    station, satellite = ground.T
    start = np.concatenate([lasers[:, 0], lasers[:, 1], satellites + station, satellite])
    end = np.concatenate([lasers[:, 1], lasers[:, 0], satellite, satellites + stations + station])
    length = np.concatenate([laser_m, laser_m, ground_m, ground_m])
    nodes = satellites + 2 * stations
    matrix = csr_array((length, (start, end)), shape=(nodes, nodes))
    sources = np.arange(satellites, satellites + stations)
    last["m"], last["next"] = dijkstra(matrix, indices=sources, return_predecessors=True)
    return 1


def answer():
    metres = np.delete(last["m"], np.s_[satellites : satellites + stations], axis=1)
    # From a station to itself there is no need of a way.
    metres[np.arange(stations), satellites + np.arange(stations)] = np.inf
    ways = np.isfinite(metres)
    return {"ways": int(ways.sum()), "distance_m": float(metres[ways].sum())}


peer.serve(peer.version("scipy"), work, answer)
