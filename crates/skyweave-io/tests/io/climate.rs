//! Importing the ITU's maps, from a folder of small ones made here: the real ones may not be in the repository.
//! `climate/against_itur.py` compares with the package where it is installed.

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use skyweave_core::atmosphere::ClimateSource;
use skyweave_io::climate::{Climate, ClimateError, import};
use skyweave_io::scenario::{Source, prepare};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const SHARES: [&str; 8] = ["1", "2", "3", "5", "10", "20", "30", "50"];
/// Latitudes and longitudes of the small maps, as rows from north to south and with a border.
const NORTH_TO_SOUTH: [f64; 11] = [112.5, 90.0, 67.5, 45.0, 22.5, 0.0, -22.5, -45.0, -67.5, -90.0, -112.5];
const EASTWARDS: [f64; 11] = [-45.0, 0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0, 360.0, 405.0];

/// An NPY file of a matrix.
fn npy(value: impl Fn(usize, usize) -> f64) -> Vec<u8> {
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (11, 11), }";
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend(118_u16.to_le_bytes());
    file.extend(format!("{header:<117}\n").bytes());
    for row in 0..11 {
        for column in 0..11 {
            file.extend(value(row, column).to_le_bytes());
        }
    }
    file
}

/// A ZIP archive with one deflated member.
fn npz(content: &[u8]) -> Vec<u8> {
    let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
    packer.write_all(content).unwrap();
    let packed = packer.finish().unwrap();
    let mut crc = Crc::new();
    crc.update(content);
    let mut sizes = crc.sum().to_le_bytes().to_vec();
    sizes.extend((packed.len() as u32).to_le_bytes());
    sizes.extend((content.len() as u32).to_le_bytes());
    sizes.extend([9, 0, 0, 0]); // length of the name, none of an extra field
    let version = [20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
    let mut file = [b"PK\x03\x04".as_slice(), &version, &sizes, b"arr_0.npy", &packed].concat();
    let directory = file.len() as u32;
    let entry = [b"PK\x01\x02".as_slice(), &[20, 0], &version, &sizes, &[0; 14], b"arr_0.npy"].concat();
    file.extend(&entry);
    file.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    file.extend((entry.len() as u32).to_le_bytes());
    file.extend(directory.to_le_bytes());
    file.extend([0, 0]);
    file
}

/// A folder laid out as the package's, with small maps: each a plane over latitude.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, value: &dyn Fn(usize, usize) -> f64| {
        let path = folder.path().join(format!("{name}.npz"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, npz(&npy(value))).unwrap();
    };
    for grid in [
        ["837/v7_lat_r001", "837/v7_lon_r001"],
        ["839/v4_esalat", "839/v4_esalon"],
        ["1510/v1_lat", "1510/v1_lon"],
        ["453/v13_lat_n", "453/v13_lon_n"],
        ["1511/v2_lat", "1511/v2_lon"],
        ["836/v6_topolat", "836/v6_topolon"],
        ["836/v6_lat", "836/v6_lon"],
        ["840/v7_lat", "840/v7_lon"],
    ] {
        put(grid[0], &|row, _| NORTH_TO_SOUTH[row]);
        put(grid[1], &|_, column| EASTWARDS[column]);
    }
    put("837/v7_r001", &|row, _| 60.0 - NORTH_TO_SOUTH[row] / 3.0);
    put("839/v4_esa0height", &|row, _| 3.0 - NORTH_TO_SOUTH[row] / 45.0);
    put("1510/v1_t_annual", &|row, _| 290.0 - NORTH_TO_SOUTH[row] / 9.0);
    put("453/v13_nwet_annual_50", &|row, _| 70.0 - NORTH_TO_SOUTH[row] / 2.0);
    put("1511/v2_topo", &|row, _| 500.0 + 4.0 * NORTH_TO_SOUTH[row]);
    put("836/v6_topo_0dot5", &|_, _| 0.5);
    for (share, factor) in SHARES.iter().zip([8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0]) {
        put(&format!("836/v6_rho_{share}"), &|_, _| factor);
        put(&format!("836/v6_v_{share}"), &|_, _| 3.0 * factor);
        put(&format!("836/v6_vsch_{share}"), &|_, _| 2.0);
        // the gap of the real ones beside the pole
        put(&format!("840/v7_lred_{share}"), &|row, column| {
            if (row, column) == (2, 4) { f64::NAN } else { 0.1 * factor }
        });
    }
    folder
}

fn imported(folder: &Path) -> PathBuf {
    let file = folder.join("climate.bin");
    import(folder, &file).unwrap();
    file
}

#[test]
fn a_place_has_the_values_between_its_nodes() {
    let folder = folder();
    let file = folder.path().join("climate.bin");
    let report = import(folder.path(), &file).unwrap();
    assert_eq!((report.maps, report.filled), (38, 8));
    assert!(report.recommendations.contains(&"ITU-R P.837-7".to_owned()), "{:?}", report.recommendations);
    let climate = Climate::open(&file).unwrap();
    assert!(
        climate
            .origins()
            .all(|(_, recommendation, sha256)| recommendation.starts_with("ITU-R P.") && sha256.len() == 64)
    );
    for (latitude, longitude) in
        [(45.0, 90.0), (51.5, -0.1), (-33.0, 151.0), (67.5, 137.0), (90.0, 0.0), (-90.0, 360.0)]
    {
        let site = climate.at(latitude, longitude, None).unwrap();
        let close =
            |ours: f64, expected: f64| assert!((ours / expected - 1.0).abs() < 1e-5, "{ours}, {expected}");
        assert_eq!(site.source, ClimateSource::Maps);
        close(site.rain_rate_001_mm_h, 60.0 - latitude / 3.0);
        close(site.rain_height_km, 3.36 - latitude / 45.0);
        close(site.temperature_k, 290.0 - latitude / 9.0);
        close(site.wet_refractivity, 70.0 - latitude / 2.0);
        close(site.altitude_km, 0.5 + 4.0 * latitude / 1e3);
        // vapour at the nodes' 0.5 km, with a scale height of 2 km
        close(site.vapour_density_g_m3.at(5.0), 5.0 * (-(site.altitude_km - 0.5) / 2.0).exp());
        close(site.vapour_column_kg_m2.at(50.0), 3.0 * (-(site.altitude_km - 0.5) / 2.0).exp());
        close(site.liquid_column_kg_m2.at(0.01), 0.8);
        let told = climate.at(latitude, longitude, Some(2.5)).unwrap();
        assert_eq!(told.altitude_km, 2.5);
        close(told.vapour_density_g_m3.at(1.0), 8.0 * (-1.0_f64).exp());
    }
    for (latitude, longitude) in [(90.1, 0.0), (f64::NAN, 0.0), (0.0, 361.0), (0.0, -181.0)] {
        assert!(matches!(climate.at(latitude, longitude, None), Err(ClimateError::NoPlace { .. })));
    }
}

#[test]
fn the_same_maps_give_the_same_bytes() {
    let (one, other) = (folder(), folder());
    assert!(fs::read(imported(one.path())).unwrap() == fs::read(imported(other.path())).unwrap());
}

#[test]
fn another_folder_and_missing_maps_are_told() {
    let empty = tempfile::tempdir().unwrap();
    let target = empty.path().join("out");
    let error = import(empty.path(), &target).unwrap_err();
    assert!(error.to_string().contains("holds no digital maps"), "{error}");
    assert!(!target.exists());
    let folder = folder();
    fs::remove_file(folder.path().join("840/v7_lred_10.npz")).unwrap();
    let error = import(folder.path(), &target).unwrap_err();
    assert!(error.to_string().contains("840/v7_lred_10.npz is not there"), "{error}");
    assert!(!target.exists());
}

#[test]
fn damaged_maps_are_told() {
    let good = npz(&npy(|row, column| (row * column) as f64));
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let text = |from: &str, to: &str| {
        let content = npy(|_, _| 1.0);
        let at = content.windows(from.len()).position(|part| part == from.as_bytes()).unwrap();
        npz(&[&content[..at], to.as_bytes(), &content[at + from.len()..]].concat())
    };
    let end = good.len();
    for (bytes, found) in [
        (Vec::new(), "no ZIP archive"),
        (good[..end - 30].to_vec(), "no ZIP archive"),
        (b"lat,lon,value\n".to_vec(), "no ZIP archive"),
        (flipped(14 + end - 22 - 55 - 14 + 16), "checksum is wrong"),
        (flipped(end - 12), "members"),
        (text("<f8", "<f4"), "64-bit floats"),
        (text("False", "True "), "64-bit floats"),
        (text("(11, 11)", "(11, 12)"), "cannot be unpacked"),
        (text("(11, 11)", "(11, 10)"), "more in it"),
        (text("(11, 11)", "(121,)  "), "64-bit floats"),
        (text("(11, 11)", "(99999999, 99999999)"), "64-bit floats"),
        (npz(b"not an array at all"), "no NPY array"),
        (npz(&npy(|_, _| f64::NAN)), "values are missing"),
    ] {
        let folder = folder();
        fs::write(folder.path().join("837/v7_r001.npz"), &bytes).unwrap();
        let error = import(folder.path(), &folder.path().join("out")).unwrap_err().to_string();
        assert!(error.contains("v7_r001.npz") && error.contains(found), "{found}: {error}");
    }
    let folder = folder();
    fs::write(folder.path().join("837/v7_lat_r001.npz"), npz(&npy(|row, _| (row * row) as f64))).unwrap();
    let error = import(folder.path(), &folder.path().join("out")).unwrap_err().to_string();
    assert!(error.contains("not even"), "{error}");
}

#[test]
fn damaged_climate_files_are_told() {
    let folder = folder();
    let file = imported(folder.path());
    let good = fs::read(&file).unwrap();
    let middle = good.len() / 2;
    let mut flipped = good.clone();
    flipped[middle] ^= 16;
    for (bytes, found) in [
        (Vec::new(), "no climate file"),
        (b"SKYWEAVE-CLIMATE 2\n\n".to_vec(), "no climate file"),
        (good[..30].to_vec(), "cut off"),
        (good[..good.len() - 1].to_vec(), "checksum"),
        (flipped, "checksum"),
    ] {
        fs::write(&file, &bytes).unwrap();
        let error = Climate::open(&file).unwrap_err().to_string();
        assert!(error.contains(found), "{found}: {error}");
    }
    assert!(matches!(Climate::open(&folder.path().join("none")), Err(ClimateError::File { .. })));
}

#[test]
fn a_scenario_takes_the_climate_of_maps() {
    let folder = folder();
    imported(folder.path());
    let base = include_str!("scenario/base.toml");
    let text = format!("{base}\n[weather]\nclimate = \"climate.bin\"\nexceedance_percent = 0.1\n");
    let source = Source { name: "x.toml".to_owned(), text };
    let prepared = prepare(&source, folder.path()).unwrap();
    assert_eq!(prepared.world.air.source, Some(ClimateSource::Maps));
    assert!(prepared.climate.starts_with("climate.bin: digital maps of ITU-R P."), "{}", prepared.climate);
}

#[test]
#[ignore = "measures time"]
fn how_long_a_place_takes() {
    let folder = folder();
    let climate = Climate::open(&imported(folder.path())).unwrap();
    let mut least = f64::INFINITY;
    for _ in 0..5 {
        let start = std::time::Instant::now();
        for number in 0..10_000 {
            let (latitude, longitude) = (f64::from(number % 170) - 85.0, f64::from(number % 359));
            std::hint::black_box(climate.at(latitude, longitude, None).unwrap());
        }
        least = least.min(start.elapsed().as_secs_f64());
    }
    println!("climate: {:.1} us a place", least * 1e6 / 10_000.0);
}
