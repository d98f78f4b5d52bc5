"""Python sgp4: Vallado's C++ behind SatrecArray. WGS72 and the improved mode are its defaults."""

import peer

peer.need("numpy", "sgp4")
import numpy as np
from sgp4.api import WGS72, Satrec, SatrecArray, accelerated

given = peer.arguments()
satellites = SatrecArray([Satrec.twoline2rv(one, two, WGS72) for one, two in peer.element_lines(given.work)])
dates = np.full(peer.MINUTES, peer.start_jd(given.work))
fractions = np.arange(peer.MINUTES) / peer.MINUTES
last = {}


def work():
    last["errors"], last["km"], last["km_s"] = satellites.sgp4(dates, fractions)
    return last["errors"].size


def answer():
    km = np.where(last["errors"][:, :, None] == 0, last["km"], np.nan)
    return peer.positions(given.work, km[:, :: peer.COMPARED_EACH].transpose(1, 0, 2))


peer.serve(peer.version("sgp4") + ("" if accelerated else " (not compiled)"), work, answer)
