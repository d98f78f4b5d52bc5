"""itur: its total attenuation over arrays, gases, cloud, rain and scintillation of both carriers of a user link; from free space to bit/s it
has nothing. Its maps are interpolated anew in each call."""

import peer

peer.need("numpy", "itur")
import itur
import numpy as np

given = peer.arguments()
LINKS = 2000
share = np.arange(LINKS) / LINKS
latitude = 120.0 * share - 60.0
longitude = 360.0 * np.mod(np.arange(LINKS) * 0.618034, 1.0) - 180.0
elevation = 25.0 + 65.0 * np.mod(np.arange(LINKS) * 0.754877, 1.0)
last = {}


def work():
    for frequency_ghz in (11.7, 14.25):
        last["db"] = itur.atmospheric_attenuation_slant_path(
            latitude, longitude, frequency_ghz, elevation, 0.1, 0.5
        )
    return LINKS


def answer():
    return {"db": float(np.mean(last["db"].value))}


peer.serve(peer.version("itur"), work, answer)
