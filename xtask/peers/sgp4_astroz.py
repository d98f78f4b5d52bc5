"""astroz: its high-level call on a prepared constellation, the fastest of its ways here. Its constants are WGS72."""

import datetime

import peer

peer.need("numpy", "astroz")
import astroz
import numpy as np

given = peer.arguments()
constellation = astroz.Constellation(str(given.work / "elements.tle"))
UNIX_EPOCH_JD = 2440587.5
days = peer.start_jd(given.work) - UNIX_EPOCH_JD
start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=days)
minutes = np.arange(float(peer.MINUTES))
last = {}


def work():
    # The arrays of the round before are given back first, so that their memory can be used again.
    last.clear()
    last["km"], last["km_s"] = astroz.propagate(
        constellation, minutes, start_time=start, output="teme", velocities=True
    )
    return last["km"].size // 3


def answer():
    return peer.positions(given.work, last["km"][:: peer.COMPARED_EACH])


peer.serve(peer.version("astroz"), work, answer)
