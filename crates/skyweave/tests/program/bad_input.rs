//! What the program does when it cannot do what is asked: exit code 1, one error, nothing printed, nothing half written.

use crate::support::{Desk, FEW, files};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

/// A refusal leaves everything as it was.
#[track_caller]
fn refuses(desk: &Desk, arguments: &str, parts: &[&str]) {
    let before = desk.listing();
    desk.run(arguments).refused(parts);
    assert_eq!(desk.listing(), before, "{arguments}");
}

#[test]
fn bad_arguments_are_refused_before_anything_is_done() {
    let desk = Desk::new();
    fs::write(desk.path("file"), "").unwrap();
    for (arguments, parts) in [
        ("run none.toml", &["cannot read none.toml", "No such file", "accepted:"][..]),
        ("run .", &["cannot read .", "Is a directory"]),
        ("run few.toml -o file/out", &["file/out", "Not a directory"]),
        ("run few.toml -o file", &["cannot create the folder file"]),
        ("run few.toml -o .", &["the folder . is not empty", "--resume", "--overwrite"]),
        ("run few.toml -o tmp/.. --resume", &["tmp/..", "run.json"]),
        ("run few.toml -o . --overwrite", &["run.json"]),
        ("run few.toml --set lasers", &["--set lasers: there is no `=`", "accepted:"]),
        ("run few.toml --set lazers.pattern=none", &["unknown field `lazers`", "`lasers`"]),
        ("run few.toml --set lasers.color=red", &["unknown field `color`", "`pattern`"]),
        ("run few.toml --set lasers.pattern=star", &["unknown variant `star`", "`none` or `grid`"]),
        ("run few.toml --set name.x=1", &["`x` is in no table"]),
        ("run few.toml --set lasers.max_range_km=nan", &["lasers.max_range_km is NaN", "from 0 to 100000"]),
        ("run few.toml --set seed=[1", &["this is no TOML value"]),
        (
            "run few.toml --set time.duration=soon",
            &["few.toml with --set time.duration=soon:6", "no duration"],
        ),
        (
            "run few.toml --set constellation.shells[1].planes=2",
            &["`shells` has 1 entries, and `[1]` is none of them", "accepted: `shells[0]` to `shells[0]`"],
        ),
        ("sweep few.toml --vary lasers.pattern", &["--vary lasers.pattern: there is no `=`", "accepted:"]),
        ("sweep few.toml --vary lasers.patern=grid,none", &["unknown field `patern`", "`pattern`"]),
        ("sweep few.toml --vary lasers.pattern=grid,star", &["unknown variant `star`", "`none` or `grid`"]),
        ("sweep few.toml --vary sites[7].name=a,b", &["`sites` has 2 entries", "`sites[0]` to `sites[1]`"]),
        ("sweep few.toml --vary seed=1,2 --vary seed=3", &["`seed` is varied twice"]),
        ("compare tmp tmp", &["tmp"]),
        ("compare none none", &["none"]),
        ("compare few.toml few.toml", &["few.toml"]),
        ("report tmp", &["tmp", "run.json"]),
        ("report none", &["none"]),
        ("hypatia tmp -o new --duration 5", &["--duration 5 is no duration", "accepted:"]),
        ("hypatia tmp -o new --step 0s", &["--step 0s is no duration"]),
        ("hypatia tmp -o new", &["tmp"]),
        ("hypatia none -o new", &["none"]),
        ("catalog inspect none.tle", &["none.tle", "No such file"]),
        ("catalog inspect few.toml", &["few.toml"]),
    ] {
        refuses(&desk, arguments, parts);
    }
}

#[test]
fn the_command_line_itself_is_answered_with_2() {
    let desk = Desk::new();
    for arguments in [
        "",
        "fly",
        "run",
        "run few.toml --resume",
        "run few.toml -o x --resume --overwrite",
        "run few.toml --threads x",
        "run few.toml --threads 0",
        "run few.toml --threads 100000",
    ] {
        let ran = desk.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.stderr.contains("--help"), "{ran:?}");
    }
}

#[test]
fn a_bad_scenario_makes_no_folder() {
    let desk = Desk::new();
    fs::write(desk.path("bad.toml"), FEW.replace("-0.2", "-90.2")).unwrap();
    refuses(
        &desk,
        "run bad.toml -o new",
        &["bad.toml:25", "latitude -90.2", "accepted: latitude from -90 to 90"],
    );
    assert!(desk.tmp_is_empty());
}

#[test]
fn only_the_same_run_is_resumed() {
    let desk = Desk::new();
    desk.run("run few.toml -o out --set time.duration=5min").succeeded();
    let before = files(&desk.path("out"));
    for (arguments, parts) in [
        ("run few.toml -o out --resume", &["out", "window", "scenario"][..]),
        ("run few.toml -o out --resume --set time.duration=5min --set seed=2", &["seed"]),
        ("run few.toml -o out --resume --set time.duration=5min --format csv", &["format", "csv"]),
        ("run few.toml -o out --resume --set time.duration=5min --slots", &["tables"]),
        ("run few.toml -o out --set time.duration=5min", &["not empty"]),
    ] {
        refuses(&desk, arguments, parts);
        assert!(files(&desk.path("out")) == before, "{arguments}");
    }
    desk.run("run few.toml -o out --set time.duration=5min --resume").succeeded();
    assert!(files(&desk.path("out")) == before);
}

#[test]
fn what_is_not_a_result_is_not_replaced() {
    let desk = Desk::new();
    fs::create_dir(desk.path("mine")).unwrap();
    fs::write(desk.path("mine/run.json"), "{\"program\": \"other\"}").unwrap();
    for mode in ["--overwrite", "--resume", ""] {
        refuses(&desk, &format!("run few.toml -o mine {mode}"), &["mine"]);
    }
    assert_eq!(fs::read_to_string(desk.path("mine/run.json")).unwrap(), "{\"program\": \"other\"}");
}

#[test]
fn elements_far_from_the_window_are_a_warning() {
    let desk = Desk::new();
    fs::write(desk.path("two.tle"), include_str!("../../../skyweave-io/tests/io/elements/two-objects.tle"))
        .unwrap();
    let text = FEW.replace("service = \"all\"", "service = \"all\"\nelements = [\"two.tle\"]");
    fs::write(desk.path("old.toml"), text.replace("2026-05-20", "2026-05-30").replace("3h", "2min")).unwrap();
    let ran = desk.run("run old.toml");
    ran.succeeded();
    assert!(
        ran.stderr.contains("warning: the elements are 10.") && ran.stderr.contains("km along track"),
        "{ran:?}"
    );
}

#[test]
fn a_folder_that_may_not_be_written_to_is_named() {
    let desk = Desk::new();
    fs::create_dir(desk.path("locked")).unwrap();
    fs::set_permissions(desk.path("locked"), fs::Permissions::from_mode(0o555)).unwrap();
    if fs::write(desk.path("locked/probe"), "").is_ok() {
        println!("skipped: this user may write anywhere");
        return;
    }
    refuses(&desk, "run few.toml -o locked/out", &["locked/out", "Permission denied"]);
}

/// A small disk that is gone with its test.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(folder: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&folder).unwrap();
        let options = format!("size={size}");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&folder).output();
        match mounted {
            Ok(output) if output.status.success() => Some(Self(folder)),
            Ok(output) => {
                println!("skipped: mount says {}", String::from_utf8_lossy(&output.stderr).trim());
                None
            }
            Err(error) => {
                println!("skipped: mount: {error}");
                None
            }
        }
    }

    fn resize(&self, size: &str) {
        let options = format!("remount,size={size}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
    }
}

#[test]
fn a_full_disk_is_told_and_the_run_goes_on_when_there_is_room() {
    let desk = Desk::new();
    let Some(disk) = SmallDisk::mount(desk.path("disk"), "200k") else { return };
    for format in ["parquet", "csv"] {
        let out = format!("disk/{format}");
        // all workers meet the full disk at about the same time; one error says it
        let ran = desk.run(&format!("run few.toml -o {out} --format {format} --threads 4"));
        ran.refused(&["cannot", &out, "No space left on device"]);
        assert_eq!(ran.said().matches("Nospaceleftondevice").count(), 1, "{ran:?}");
        let unfinished: Vec<_> =
            desk.listing().into_iter().filter(|path| path.to_string_lossy().ends_with(".tmp")).collect();
        assert!(unfinished.is_empty(), "{unfinished:?}");
        assert!(desk.tmp_is_empty());

        disk.resize("50m");
        desk.run(&format!("run few.toml -o {out} --format {format} --resume")).succeeded();
        desk.run(&format!("run few.toml -o whole-{format} --format {format}")).succeeded();
        crate::support::assert_same(&desk.path(&out), &desk.path(&format!("whole-{format}")));
        fs::remove_dir_all(desk.path(&out)).unwrap();
        disk.resize("200k");
    }
}
