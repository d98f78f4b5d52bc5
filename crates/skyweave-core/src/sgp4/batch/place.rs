//! From the orbit's own plane into space: what both kernels end with.

use crate::simd::Lanes;

/// Position (km) and velocity (km/s), x, y, z each.
pub(super) type State<V> = [V; 6];

/// Where on its way round: distance and speeds outward and onward.
#[derive(Clone, Copy)]
pub(super) struct Radial<V> {
    pub radius_km: V,
    pub outward_km_s: V,
    pub onward_km_s: V,
}

/// Position and velocity from the sines and cosines of argument of latitude, node and inclination.
#[inline(always)]
pub(super) fn placed<V: Lanes>(
    radial: Radial<V>,
    (sin_l, cos_l): (V, V),
    (sin_n, cos_n): (V, V),
    (sin_i, cos_i): (V, V),
) -> State<V> {
    let Radial { radius_km, outward_km_s, onward_km_s } = radial;
    let (x, y) = (radius_km * cos_l, radius_km * sin_l);
    let vx = onward_km_s.neg_mul_add(sin_l, outward_km_s * cos_l);
    let vy = onward_km_s.mul_add(cos_l, outward_km_s * sin_l);
    let (y_flat, vy_flat) = (y * cos_i, vy * cos_i);
    [
        sin_n.neg_mul_add(y_flat, cos_n * x),
        cos_n.mul_add(y_flat, sin_n * x),
        y * sin_i,
        sin_n.neg_mul_add(vy_flat, cos_n * vx),
        cos_n.mul_add(vy_flat, sin_n * vx),
        vy * sin_i,
    ]
}
