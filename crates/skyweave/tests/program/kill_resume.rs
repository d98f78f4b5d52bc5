//! A run that is killed anywhere, and resumed, gives the bytes of one that nobody disturbed.
//!
//! `SKYWEAVE_SOAK_SECONDS` sets how long it goes on (4 by default), `SKYWEAVE_SOAK_SEED` the seed, which is printed.

use crate::support::{Desk, Ran, assert_same, files};
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const SEED: u64 = 0x5eed_2026_0520;
const DEFAULT_SECONDS: u64 = 4;
/// A run that is killed more often than this gets to its end undisturbed.
const MOST_KILLS: u32 = 12;

/// One worker with one thread, up to one for each of the four hours that the window touches, with two threads for some.
const MOST_THREADS: u64 = 6;

/// Marsaglia's xorshift64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[test]
fn a_run_that_is_killed_anywhere_resumes_to_the_same_bytes() {
    let seconds = number("SKYWEAVE_SOAK_SECONDS").unwrap_or(DEFAULT_SECONDS);
    let seed = number("SKYWEAVE_SOAK_SEED").unwrap_or(SEED).max(1);
    println!("seed {seed}, {seconds} s");
    let mut random = Random(seed);
    let desk = Desk::new();

    let began = Instant::now();
    desk.run("run few.toml -o undisturbed --slots --threads 1").succeeded();
    let longest = began.elapsed();

    let deadline = Instant::now() + Duration::from_secs(seconds);
    let (mut kills, mut rounds) = (0, 0);
    while Instant::now() < deadline || rounds < 2 {
        let politely = rounds % 2 == 1;
        let mut of_this_run = 0;
        loop {
            let share = (random.next() % 1_000) as f64 / 1_000.0;
            // whoever resumes may have other threads than whoever was killed
            let threads = 1 + random.next() % MOST_THREADS;
            let patience = (of_this_run < MOST_KILLS).then(|| longest.mul_f64(share * 1.1));
            if finishes(&desk, threads, patience, politely) {
                break;
            }
            of_this_run += 1;
        }
        assert_same(&desk.path("undisturbed"), &desk.path("disturbed"));
        fs::remove_dir_all(desk.path("disturbed")).unwrap();
        if politely {
            assert!(desk.tmp_is_empty(), "{:?}", files(&desk.path("tmp")).keys());
        }
        kills += of_this_run;
        rounds += 1;
    }
    assert!(kills > 0, "no run was killed in {rounds} rounds");
    println!("soak: kill-resume: {kills} kills, 0 differences");
}

/// Resumes the run, and kills it when the patience is over. True if it came to its end before.
fn finishes(desk: &Desk, threads: u64, patience: Option<Duration>, politely: bool) -> bool {
    let mut child = desk
        .command(&format!("run few.toml -o disturbed --slots --resume --threads {threads}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    if let Some(patience) = patience {
        std::thread::sleep(patience);
        if politely {
            // it may have ended by itself, and then there is nobody to tell
            let _ =
                Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
        } else {
            let _ = child.kill();
        }
    }
    let ran = Ran::of(child.wait_with_output().unwrap());
    match ran.code {
        Some(0) => true,
        Some(130) => {
            assert!(politely && ran.stdout.is_empty(), "{ran:?}");
            assert!(ran.said().contains("--resumegoesonfromthere"), "{ran:?}");
            false
        }
        // killed by a signal: before the program listens, an interrupt is one too
        None => false,
        Some(_) => panic!("{ran:?}"),
    }
}
