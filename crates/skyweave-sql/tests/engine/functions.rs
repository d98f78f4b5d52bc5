//! Table functions give what a run of the same scenario writes, row by row and bit by bit.

use crate::support::{ask, scenario, session, write_run};
use skyweave_io::results::Table;

/// Queries in which `{t}` is a function or the table of the same name; `{c}` are all columns.
const QUERIES: &[(Table, &str)] = &[
    (Table::Satellites, "SELECT {c} FROM {t}"),
    (
        Table::Satellites,
        "SELECT slot, time, satellite, catalog_number, latitude_deg, longitude_deg, altitude_m, present FROM {t}",
    ),
    (
        Table::Satellites,
        "SELECT satellite, service, latitude_deg FROM {t} WHERE satellite IN ('S-01-01', 'S-03-07') AND slot % 2 = 0",
    ),
    (Table::Satellites, "SELECT count(*) FROM {t}"),
    (
        Table::Satellites,
        "SELECT present, count(*) AS n FROM {t} WHERE time BETWEEN '2026-05-20T12:30:30Z' AND '2026-05-20T12:31:30Z' GROUP BY present ORDER BY present",
    ),
    (Table::Visibility, "SELECT {c} FROM {t}"),
    (
        Table::Visibility,
        "SELECT slot, time, site, satellite, azimuth_deg, elevation_deg, range_m, service, obstructed FROM {t}",
    ),
    (
        Table::Visibility,
        "SELECT time, satellite, elevation_deg FROM {t} WHERE site = 'kyiv' AND time >= '2026-05-20T13:00:00Z' AND time < '2026-05-20T13:30:00Z'",
    ),
    (
        Table::Visibility,
        "SELECT satellite, range_m FROM {t} WHERE site = 'quito' OR site = 'nowhere' LIMIT 7",
    ),
    (
        Table::Visibility,
        "SELECT count(*) AS n, min(range_m) AS nearest FROM {t} WHERE satellite IN ('S-02-03', 'S-05-07') AND site = 'kyiv'",
    ),
    (Table::Paths, "SELECT {c} FROM {t}"),
    (Table::Paths, "SELECT slot, hop, length_m FROM {t} WHERE site = 'quito' AND kind = 'user'"),
    (Table::Flows, "SELECT {c} FROM {t}"),
    (
        Table::Flows,
        "SELECT sum(terminals) AS terminals, avg(rtt_ms) AS rtt_ms FROM {t} WHERE state = 'served'",
    ),
    (Table::Sites, "SELECT {c} FROM {t}"),
    (
        Table::Sites,
        "SELECT slot, site, handover, rtt_ms FROM {t} WHERE slot = 97589401 OR site = 'kyiv' LIMIT 1000",
    ),
    (Table::Sites, "SELECT slot, site, handover FROM {t} WHERE time > '2026-05-20T13:10:12Z' LIMIT 5"),
    (Table::Network, "SELECT {c} FROM {t}"),
    (Table::Network, "SELECT time, rtt_p50_ms FROM {t} WHERE '2026-05-20T14:00:12Z' <= time LIMIT 3"),
];

#[tokio::test]
async fn a_function_gives_the_rows_of_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path(), 3, "3h");
    let results = folder.path().join("results");
    write_run(&scenario, &results, Table::ALL.into_iter().filter(|table| *table != Table::Slots).collect());
    // one partition, so that rows come in the order of time
    let session = session(&scenario, Some(&results), 1);
    for (table, query) in QUERIES {
        let columns: Vec<String> =
            table.columns().unwrap().iter().map(|column| format!("\"{}\"", column.name)).collect();
        let query = query.replace("{c}", &columns.join(", "));
        let computed = ask(&session, &query.replace("{t}", &format!("{table}()"))).await;
        let written = ask(&session, &query.replace("{t}", table.name())).await;
        let lines = [computed.lines().count(), written.lines().count()];
        assert!(lines[1] > 1, "{query} finds nothing");
        assert!(computed == written, "{query}: {lines:?} lines differ");
    }
}

#[tokio::test]
async fn arguments_are_names_times_and_steps() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&scenario(folder.path(), 2, "30min"), None, 2);
    for (call, rows) in [
        ("network()", 120),
        ("network('2026-05-20T12:40:00Z')", 80),
        ("network('2026-05-20T12:40:00Z', '2026-05-20T12:41:00Z')", 4),
        ("network(NULL, '2026-05-20T12:31:00Z')", 4),
        ("network('5min')", 6),
        ("network('2026-05-20T12:40:00Z', '2026-05-20T12:50:00Z', '1min')", 10),
        ("sites('kyiv', '10min')", 3),
        ("satellites('15min') WHERE satellite = 'S-02-02'", 2),
        ("network() WHERE time < '2020-01-01T00:00:00Z'", 0),
        ("network() WHERE time < '2020-01-01T00:00:00Z' OR slot > 0", 120),
    ] {
        let answer = ask(&session, &format!("SELECT count(*) AS n FROM {call}")).await;
        assert_eq!(answer, format!("n\n{rows}\n"), "{call}");
    }
}
