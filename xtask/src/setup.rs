//! What the tests need on this machine, and how it gets there.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use miette::{IntoDiagnostic, Result, miette};

use crate::command::CommandLine;

/// One thing the tests need.
struct Tool {
    name: &'static str,
    why: &'static str,
    /// Reports success if and only if the tool is there.
    detect: &'static str,
    install: Install,
    /// True if the tests that need it skip where it is not.
    optional: bool,
}

enum Install {
    Run(&'static str),
    /// How it is installed depends on how Rust was, so a person decides.
    ByHand(&'static str),
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "rustfmt",
        why: "the `format` step",
        detect: "cargo fmt --version",
        install: Install::ByHand("rustup component add rustfmt (or your system's rustfmt package)"),
        optional: false,
    },
    Tool {
        name: "clippy",
        why: "the `lint` step",
        detect: "cargo clippy --version",
        install: Install::ByHand("rustup component add clippy (or your system's clippy package)"),
        optional: false,
    },
    Tool {
        name: "cargo-deny",
        why: "licences and sources of the dependencies",
        detect: "cargo deny --version",
        install: Install::Run("cargo install cargo-deny --locked --debug --version 0.20.2"),
        optional: false,
    },
    Tool {
        name: "crates",
        why: "the dependencies of every platform, so that the checks run without a network",
        detect: "cargo metadata --offline --format-version 1",
        install: Install::Run("cargo fetch"),
        optional: false,
    },
    Tool {
        name: "PostgreSQL",
        why: "the contract of stores, held by the second one; the tests start a cluster of their own (as Debian packages it)",
        detect: "ls /usr/lib/postgresql",
        install: Install::Run("apt-get install -y postgresql openssl"),
        optional: true,
    },
    Tool {
        name: "clients of dishes",
        why: "public clients that read virtual dishes (Python, in target/dish-clients)",
        detect: "ls target/dish-clients/starlink_grpc.py target/dish-clients/starlink_client",
        install: Install::Run(
            "python3 -m pip install --quiet --target target/dish-clients starlink-grpc-core==1.2.5 starlink-client==0.1.13",
        ),
        optional: true,
    },
];

impl Tool {
    fn is_missing(&self, root: &Path) -> bool {
        !CommandLine::new(self.detect).answers(root)
    }

    fn instruction(&self) -> &'static str {
        match self.install {
            Install::Run(command) | Install::ByHand(command) => command,
        }
    }

    fn install(&self, root: &Path) -> Result<()> {
        let Install::Run(typed) = self.install else {
            return Ok(());
        };
        let command = CommandLine::new(typed);
        println!("installing {}: {command}", self.name);
        let done = command.run(root);
        if self.optional || (done? && !self.is_missing(root)) {
            return Ok(());
        }
        Err(miette!("{} is still missing after `{command}`", self.name))
    }
}

/// Installs what is missing if somebody agrees to it; an error says what is left to do.
pub fn set_up(root: &Path) -> Result<()> {
    set_up_all(root, TOOLS, how_to_decide())
}

fn set_up_all(root: &Path, tools: &[Tool], decision: Decision) -> Result<()> {
    let missing = || tools.iter().filter(|tool| tool.is_missing(root));
    let before: Vec<_> = missing().collect();
    if before.is_empty() {
        println!("Nothing is missing.");
        return Ok(());
    }
    if before.iter().any(|tool| matches!(tool.install, Install::Run(_))) && agreed(decision, &before)? {
        before.iter().try_for_each(|tool| tool.install(root))?;
    }
    let left: Vec<_> = missing().collect();
    if left.is_empty() {
        return Ok(());
    }
    // Printed and not part of the error, which would break the lines that are to be copied.
    println!("To get what is missing, run:");
    for tool in &left {
        println!("  {}  # {}, for {}", tool.instruction(), tool.name, tool.why);
    }
    let (optional, needed): (Vec<_>, Vec<_>) = left.into_iter().partition(|tool| tool.optional);
    if needed.is_empty() {
        println!("The tests that need {} are skipped.", names(&optional));
        return Ok(());
    }
    Err(miette!("the tests need {}", names(&needed)))
}

fn names(tools: &[&Tool]) -> String {
    tools.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ")
}

/// Who says whether something may be installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    Install,
    Ask,
    Leave,
}

fn how_to_decide() -> Decision {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    decision(ci, std::io::stdin().is_terminal() && std::io::stdout().is_terminal())
}

fn decision(ci: bool, terminal: bool) -> Decision {
    match (ci, terminal) {
        (true, _) => Decision::Install,
        (false, true) => Decision::Ask,
        (false, false) => Decision::Leave,
    }
}

fn agreed(decision: Decision, missing: &[&Tool]) -> Result<bool> {
    match decision {
        Decision::Install => Ok(true),
        Decision::Leave => Ok(false),
        Decision::Ask => ask(&format!("These are missing: {}; install now? [Y/n] ", names(missing))),
    }
}

fn ask(question: &str) -> Result<bool> {
    print!("{question}");
    std::io::stdout().flush().into_diagnostic()?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer).into_diagnostic()?;
    Ok(read > 0 && is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    ["", "y", "yes"].contains(&answer.trim().to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRESENT: Tool = Tool {
        name: "cargo",
        why: "this test",
        detect: "cargo --version",
        install: Install::ByHand("install Rust"),
        optional: false,
    };
    const USELESS_INSTALL: Tool = Tool {
        name: "unicorn",
        why: "this test",
        detect: "no-such-program-anywhere",
        install: Install::Run("cargo --version"),
        optional: false,
    };
    const BY_HAND: Tool = Tool { install: Install::ByHand("unicorn-store get unicorn"), ..USELESS_INSTALL };

    #[test]
    fn nobody_is_asked_without_a_terminal_and_nothing_is_installed_unasked() {
        assert_eq!(decision(true, true), Decision::Install);
        assert_eq!(decision(true, false), Decision::Install);
        assert_eq!(decision(false, true), Decision::Ask);
        assert_eq!(decision(false, false), Decision::Leave);
    }

    #[test]
    fn a_complete_machine_needs_nothing() {
        set_up_all(Path::new("."), &[PRESENT], Decision::Leave).unwrap();
    }

    #[test]
    fn what_is_left_is_named() {
        let left =
            |tool, decision| set_up_all(Path::new("."), &[PRESENT, tool], decision).unwrap_err().to_string();
        assert_eq!(left(USELESS_INSTALL, Decision::Leave), "the tests need unicorn");
        assert_eq!(left(BY_HAND, Decision::Install), "the tests need unicorn");
    }

    #[test]
    fn what_tests_can_do_without_stops_nobody() {
        const OPTIONAL: Tool = Tool { optional: true, ..USELESS_INSTALL };
        const UNINSTALLABLE: Tool = Tool { install: Install::Run("no-such-program-anywhere"), ..OPTIONAL };
        for decision in [Decision::Leave, Decision::Install] {
            set_up_all(Path::new("."), &[PRESENT, OPTIONAL], decision).unwrap();
        }
        set_up_all(Path::new("."), &[UNINSTALLABLE], Decision::Install).unwrap();
    }

    #[test]
    fn an_installation_that_brings_nothing_is_an_error() {
        let error = set_up_all(Path::new("."), &[USELESS_INSTALL], Decision::Install).unwrap_err();
        assert!(error.to_string().contains("still missing"), "{error}");
    }

    #[test]
    fn enter_means_yes() {
        assert!(is_yes("\n") && is_yes("Y\n") && is_yes("yes"));
        assert!(!is_yes("n\n") && !is_yes("what?"));
    }
}
