//! A map on a regular grid of latitude and longitude, and its values between the nodes (ITU-R P.1144).

/// A map: rows are parallels, columns meridians.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grid {
    /// Latitude of the first row and the step to the next, deg.
    pub latitude: Axis,
    /// Longitude of the first column and the step to the next, deg.
    pub longitude: Axis,
    /// Row by row.
    pub values: Vec<f32>,
}

/// Evenly spaced coordinates.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub(super) struct Axis {
    pub first_deg: f64,
    pub step_deg: f64,
    pub count: usize,
}

impl Axis {
    /// The place of a coordinate among the nodes, kept inside.
    fn place(&self, degrees: f64) -> f64 {
        ((degrees - self.first_deg) / self.step_deg).clamp(0.0, (self.count - 1) as f64)
    }

    /// The coordinate of a node, deg.
    pub fn at(&self, node: usize) -> f64 {
        self.first_deg + node as f64 * self.step_deg
    }
}

impl Grid {
    /// The value of a node.
    pub fn value(&self, row: usize, column: usize) -> f64 {
        f64::from(self.values[row * self.longitude.count + column])
    }

    /// A longitude turned into the range that the columns cover.
    fn turned(&self, longitude_deg: f64) -> f64 {
        // a map that begins half a step or more before its meridian has a border, and not more of the world
        let west = if self.longitude.first_deg < -90.0 { -180.0 } else { 0.0 };
        west + (longitude_deg - west).rem_euclid(360.0)
    }

    /// The value between the four nodes around a place (P.1144-12, annex 1, section 1).
    pub fn bilinear(&self, latitude_deg: f64, longitude_deg: f64) -> f64 {
        self.bilinear_of(latitude_deg, longitude_deg, |_, _, value| value)
    }

    /// The same of what is made of row, column and value of each node.
    pub fn bilinear_of(
        &self,
        latitude_deg: f64,
        longitude_deg: f64,
        node: impl Fn(usize, usize, f64) -> f64,
    ) -> f64 {
        let (r, c) = (self.latitude.place(latitude_deg), self.longitude.place(self.turned(longitude_deg)));
        let row = (r as usize).min(self.latitude.count - 2);
        let column = (c as usize).min(self.longitude.count - 2);
        let (down, right) = (r - row as f64, c - column as f64);
        let at = |row, column| node(row, column, self.value(row, column));
        let along = |row| at(row, column) * (1.0 - right) + at(row, column + 1) * right;
        along(row) * (1.0 - down) + along(row + 1) * down
    }

    /// The value between the sixteen nodes around a place (P.1144-12, annex 1, section 2). The map needs a border of one node
    /// around what is asked.
    pub fn bicubic(&self, latitude_deg: f64, longitude_deg: f64) -> f64 {
        let (r, c) = (self.latitude.place(latitude_deg), self.longitude.place(self.turned(longitude_deg)));
        let row = (r as usize).clamp(1, self.latitude.count - 3) - 1;
        let column = (c as usize).clamp(1, self.longitude.count - 3) - 1;
        (row..row + 4)
            .map(|i| {
                let along: f64 =
                    (column..column + 4).map(|j| self.value(i, j) * cubic_weight(c - j as f64)).sum();
                along * cubic_weight(r - i as f64)
            })
            .sum()
    }
}

/// What a node counts at a distance in nodes (P.1144-12, equation 8).
fn cubic_weight(distance: f64) -> f64 {
    let d = distance.abs();
    if d <= 1.0 {
        (1.5 * d - 2.5) * d * d + 1.0
    } else if d <= 2.0 {
        ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(latitude: Axis, longitude: Axis, value: impl Fn(f64, f64) -> f64) -> Grid {
        let nodes = (0..latitude.count).flat_map(|row| (0..longitude.count).map(move |column| (row, column)));
        let values =
            nodes.map(|(row, column)| value(latitude.at(row), longitude.at(column)) as f32).collect();
        Grid { latitude, longitude, values }
    }

    #[test]
    fn planes_are_exact_between_nodes_and_longitudes_wrap() {
        let plane = |latitude: f64, longitude: f64| 0.5 * latitude + 0.25 * longitude;
        let east = grid(
            Axis { first_deg: 90.0, step_deg: -1.5, count: 121 },
            Axis { first_deg: 0.0, step_deg: 1.5, count: 241 },
            plane,
        );
        let west = grid(
            Axis { first_deg: -90.5, step_deg: 0.5, count: 363 },
            Axis { first_deg: -180.5, step_deg: 0.5, count: 723 },
            plane,
        );
        for (latitude, longitude) in
            [(0.0, 0.0), (51.3, 12.7), (-33.3, 151.0), (89.9, 359.0), (-90.0, 180.0), (10.0, 187.3)]
        {
            let there = |from: f64| if longitude >= from + 360.0 { longitude - 360.0 } else { longitude };
            assert!((east.bilinear(latitude, longitude) - plane(latitude, longitude)).abs() < 1e-4);
            assert!((east.bilinear(latitude, longitude - 360.0) - plane(latitude, longitude)).abs() < 1e-4);
            let turned = plane(latitude, if longitude >= 180.0 { longitude - 360.0 } else { there(-180.0) });
            assert!((west.bicubic(latitude, longitude) - turned).abs() < 1e-4, "{latitude}, {longitude}");
        }
    }
}
