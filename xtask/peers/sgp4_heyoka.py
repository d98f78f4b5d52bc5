"""heyoka: its SGP4 propagator in batch mode with `fast_math`, its fastest setting, and with minutes since each epoch, which
costs it much less than Julian dates. Compiling the propagator, once for a machine, is not counted. Its constants are WGS72."""

import os

import peer

peer.need("numpy", "heyoka", "sgp4")
import heyoka
import numpy as np
from sgp4.api import WGS72, Satrec

given = peer.arguments()
heyoka.set_nthreads(int(os.environ.get("OMP_NUM_THREADS", "1")))
records = [Satrec.twoline2rv(one, two, WGS72) for one, two in peer.element_lines(given.work)]
propagator = heyoka.model.sgp4_propagator(records, fast_math=True)
epoch, fraction = propagator.sat_data[7], propagator.sat_data[8]
before = ((peer.start_jd(given.work) - epoch) - fraction) * 1440.0
minutes = np.ascontiguousarray(before[None, :] + np.arange(float(peer.MINUTES))[:, None])
out = np.empty((peer.MINUTES, propagator.nouts, propagator.nsats))
# Rows: position, velocity, and a code that is not 0 where there is no orbit any more.
KM, CODE = slice(0, 3), 6


def work():
    propagator(minutes, out)
    return minutes.size


def answer():
    compared = out[:: peer.COMPARED_EACH]
    km = np.where(compared[:, CODE, None] == 0, compared[:, KM], np.nan)
    return peer.positions(given.work, km.transpose(0, 2, 1))


peer.serve(peer.version("heyoka"), work, answer)
