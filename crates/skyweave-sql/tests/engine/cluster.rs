//! A cluster gives the rows and the files of one machine: on any number of slots, and when an executor is killed.

use crate::support::{ask, files, read, scenario, session, try_to_ask, worlds, write_run, writer};
use skyweave_io::results::Table;
use skyweave_sql::QueryError;
use skyweave_sql::cluster::run::{Job, Planned, plan};
use skyweave_sql::cluster::{Address, client, executor, scheduler};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than any of these waits takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(300);
/// What a process of these tests is told: it is an executor.
const ROLE: [&str; 3] = ["SKYWEAVE_TEST_SCHEDULER", "SKYWEAVE_TEST_SLOTS", "SKYWEAVE_TEST_FOLDER"];

/// No test: these tests start themselves again as executors, so that there are processes to kill.
#[tokio::test]
async fn executor_process() {
    let [Ok(address), Ok(slots), Ok(folder)] = ROLE.map(std::env::var) else { return };
    let mut options = executor::Options::of(address.parse().unwrap());
    options.slots = slots.parse().unwrap();
    options.work_dir = folder.into();
    let _ = executor::run(worlds(1), options).await;
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn begin_scheduler() -> Address {
    let (ready, address) = tokio::sync::oneshot::channel();
    let options = scheduler::Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        lost_after_s: 6,
        ..scheduler::Options::default()
    };
    tokio::spawn(scheduler::run(worlds(1), options, |address| ready.send(address).unwrap()));
    address.await.unwrap().to_string().parse().unwrap()
}

fn as_executor<'a>(
    command: &'a mut Command,
    scheduler: &Address,
    slots: usize,
    folder: &Path,
) -> &'a mut Command {
    let values = [scheduler.to_string(), slots.to_string(), folder.display().to_string()];
    command.envs(ROLE.into_iter().zip(values)).stdout(Stdio::null()).stderr(Stdio::null())
}

fn begin_executor(scheduler: &Address, slots: usize, folder: &Path) -> Running {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["cluster::executor_process", "--exact", "--nocapture"]);
    Running(as_executor(&mut command, scheduler, slots, folder).spawn().unwrap())
}

/// Plans what is missing of a run.
async fn plan_run(scenario: &Path, folder: &Path, scheduler: &Address) -> Result<Planned, QueryError> {
    let (file, prepared) = read(scenario);
    let writer = writer(&prepared, folder, Table::default_set());
    let hours = writer.hours().filter(|hour| !writer.is_finished(*hour)).collect();
    let (folder, tables) = (folder.to_owned(), Table::default_set());
    let job = Job { scenario: file, folder, format: skyweave_io::results::Format::Parquet, tables, hours };
    let planned = plan(scheduler, &worlds(1), job).await?;
    writer.finish().unwrap();
    Ok(planned)
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_and_files_are_those_of_one_machine_on_any_number_of_slots() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path(), 3, "3h");
    let queries = [
        "SELECT count(*) AS n, count(DISTINCT slot) AS d, sum(slot) AS s FROM sites()",
        "SELECT * FROM sites() ORDER BY slot, site",
        "SELECT slot, satellite, elevation_deg FROM visibility('kyiv') WHERE time < '2026-05-20T14:10:00Z' ORDER BY slot, satellite",
        "SELECT a.slot, a.site, b.terminals_served FROM sites() a JOIN network() b ON a.slot = b.slot ORDER BY a.slot, a.site",
        "SELECT slot FROM network() ORDER BY slot LIMIT 3",
    ];
    let local = session(&scenario, None, 1);
    let mut here = Vec::new();
    for query in queries {
        here.push(ask(&local, query).await);
    }
    assert!(here[0].contains("\n2160,720,"), "{}", here[0]);
    let alone = folder.path().join("alone");
    write_run(&scenario, &alone, Table::default_set());
    for slots in [1, 2, 4] {
        let scheduler = begin_scheduler().await;
        let _executor = begin_executor(&scheduler, slots, &folder.path().join(format!("work-{slots}")));
        let session = client::session(&scheduler, &worlds(1), None, Some(&read(&scenario).0)).await.unwrap();
        for (query, here) in queries.iter().zip(&here) {
            let there = ask(&session, query).await;
            let lines = [there.lines().count(), here.lines().count()];
            assert!(there == *here, "{slots} slots: {query}: {lines:?} lines differ");
        }
        let together = folder.path().join(format!("together-{slots}"));
        let planned = plan_run(&scenario, &together, &scheduler).await.unwrap();
        assert_eq!(planned.hours, 4);
        assert!(files(&together) == files(&alone), "{slots} slots: files differ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_survives_the_loss_of_an_executor() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path(), 3, "12h");
    let alone = folder.path().join("alone");
    write_run(&scenario, &alone, Table::default_set());
    let scheduler = begin_scheduler().await;
    let mut doomed = begin_executor(&scheduler, 1, &folder.path().join("doomed"));
    let _other = begin_executor(&scheduler, 1, &folder.path().join("other"));
    let together = folder.path().join("together");
    let watched = together.join("sites/date=2026-05-20");
    let kill = tokio::spawn(async move {
        let begun = Instant::now();
        while std::fs::read_dir(&watched).map_or(0, Iterator::count) < 2 {
            assert!(begun.elapsed() < PATIENCE, "no hour is planned");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        doomed.0.kill().unwrap();
        Instant::now()
    });
    let planned = plan_run(&scenario, &together, &scheduler).await.unwrap();
    assert_eq!(planned.hours, 13);
    // the executor was lost before the job ended
    assert!(kill.await.unwrap() < Instant::now());
    assert!(files(&together) == files(&alone), "files differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_versions_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path(), 2, "10min");
    let scheduler = begin_scheduler().await;
    let mut options = executor::Options::of(scheduler.clone());
    options.version = "0.0.9".to_owned();
    options.work_dir = folder.path().join("work");
    tokio::spawn(executor::run(worlds(1), options));
    let session = client::session(&scheduler, &worlds(1), None, Some(&read(&scenario).0)).await.unwrap();
    let said = try_to_ask(&session, "SELECT * FROM sites()").await.unwrap_err().to_string();
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        "an executor refuses the job: versions differ: this process is Skyweave 0.0.9, and the plan comes from {version}; run one version everywhere"
    );
    assert_eq!(said, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_scenario_under_the_same_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = scenario(folder.path(), 2, "10min");
    let (file, _) = read(&path);
    scenario(folder.path(), 3, "10min");
    let scheduler = begin_scheduler().await;
    let _executor = begin_executor(&scheduler, 1, &folder.path().join("work"));
    let session = client::session(&scheduler, &worlds(1), None, Some(&file)).await.unwrap();
    let said = try_to_ask(&session, "SELECT * FROM sites()").await.unwrap_err().to_string();
    assert!(said.contains("few.toml is another scenario on this machine: SHA-256"), "{said}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_with_the_machine_and_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = scenario(folder.path(), 3, "3h");
    let work = folder.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let scheduler = begin_scheduler().await;
    // a disk of 64 kB, in a namespace of its own
    let script = "mount -t tmpfs -o size=64k tmpfs \"$1\" && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).arg(&work);
    command.arg(std::env::current_exe().unwrap()).args([
        "cluster::executor_process",
        "--exact",
        "--nocapture",
    ]);
    let full = Running(as_executor(&mut command, &scheduler, 1, &work).spawn().unwrap());
    let results = folder.path().join("results");
    let said = plan_run(&scenario, &results, &scheduler).await.unwrap_err().to_string();
    for word in ["the executor on", "cannot write", "No space left on device"] {
        assert!(said.contains(word), "{said}");
    }
    drop(full);
    let _better = begin_executor(&scheduler, 2, &folder.path().join("better"));
    std::fs::remove_dir_all(&results).unwrap();
    plan_run(&scenario, &results, &scheduler).await.unwrap();
}

#[tokio::test]
async fn a_scheduler_that_is_not_there_is_said_with_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let file = read(&scenario(folder.path(), 2, "5min")).0;
    let session = client::session(&"127.0.0.1:1".parse().unwrap(), &worlds(1), None, Some(&file)).await;
    let said = session.err().unwrap().to_string();
    assert!(said.contains("cannot reach a scheduler at 127.0.0.1:1"), "{said}");
}
