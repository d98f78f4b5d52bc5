//! A query computes no more than it needs: `EXPLAIN ANALYZE` counts.

use crate::support::{ask, scenario, session};
use skyweave_sql::query::Session;

/// What a query computed: slots planned, positions, views.
async fn computed(session: &Session, query: &str) -> [f64; 3] {
    let plan = ask(session, &format!("EXPLAIN ANALYZE {query}")).await;
    let line = plan.lines().find(|line| line.contains("PlannerExec")).unwrap();
    ["slots_planned=", "positions_computed=", "views_computed="].map(|name| {
        let value = &line[line.find(name).unwrap_or_else(|| panic!("{line}")) + name.len()..];
        let value = &value[..value.find([',', ']']).unwrap()];
        let (number, unit) = value.trim().split_once(' ').unwrap_or((value, ""));
        let factor = [("", 1.0), ("K", 1e3), ("M", 1e6)].into_iter().find(|(of, _)| *of == unit).unwrap().1;
        (number.parse::<f64>().unwrap() * factor).round()
    })
}

#[tokio::test]
async fn one_site_is_far_less_than_all() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&scenario(folder.path(), 40, "30min"), None, 2);
    let whole = computed(&session, "SELECT site, satellite, elevation_deg FROM visibility()").await;
    let one =
        computed(&session, "SELECT satellite, elevation_deg FROM visibility() WHERE site = 'kyiv'").await;
    assert_eq!(whole, [0.0, 7_200.0, 288_000.0]);
    assert_eq!(one, [0.0, 7_200.0, 7_200.0]);
    assert!(whole[2] >= 20.0 * one[2]);
    // with what only a plan knows, the whole hour is planned; without, nothing is
    let planned = computed(&session, "SELECT * FROM visibility()").await;
    assert_eq!(planned[0], 248.0);
}

#[tokio::test]
async fn times_satellites_columns_and_limits_narrow_what_is_computed() {
    let folder = tempfile::tempdir().unwrap();
    let session = session(&scenario(folder.path(), 2, "3h"), None, 2);
    for (query, expected) in [
        ("SELECT latitude_deg FROM satellites()", [0.0, 43_200.0, 0.0]),
        ("SELECT latitude_deg FROM satellites() WHERE satellite = 'S-02-02'", [0.0, 720.0, 0.0]),
        ("SELECT satellite FROM satellites()", [0.0, 0.0, 0.0]),
        ("SELECT count(*) FROM satellites()", [0.0, 0.0, 0.0]),
        ("SELECT latitude_deg FROM satellites() WHERE time < '2026-05-20T12:31:00Z'", [0.0, 240.0, 0.0]),
        ("SELECT cells FROM satellites() WHERE time < '2026-05-20T12:31:00Z'", [132.0, 0.0, 0.0]),
        // two slots of the second hour: eight of its warm-up, and those two
        (
            "SELECT * FROM flows() WHERE time BETWEEN '2026-05-20T13:00:00Z' AND '2026-05-20T13:00:30Z'",
            [10.0, 0.0, 0.0],
        ),
    ] {
        assert_eq!(computed(&session, query).await, expected, "{query}");
    }
    // a limit stops the planner within a few slots, where all of it would be 752
    let limited = computed(&session, "SELECT * FROM network() LIMIT 2").await;
    assert!((10.0..300.0).contains(&limited[0]), "{limited:?}");
}
