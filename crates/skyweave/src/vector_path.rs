//! `SKYWEAVE_SIMD`: which vector instructions the planner uses. The planner itself reads no environment.

use miette::{Result, miette};
use skyweave_core::simd::Path;

/// The variable.
pub const VARIABLE: &str = "SKYWEAVE_SIMD";

/// Chooses the path that the variable names; without one, the planner takes the widest that the machine has.
///
/// # Errors
/// There is no such path, or this machine has not got it.
pub fn choose() -> Result<()> {
    match std::env::var_os(VARIABLE) {
        None => Ok(()),
        Some(name) => choose_named(&name.to_string_lossy()),
    }
}

fn choose_named(name: &str) -> Result<()> {
    let there: Vec<&str> = Path::available().map(Path::name).collect();
    let refused = |what: &str| {
        let help = format!("this machine has: {}", there.join(", "));
        miette!(help = help, "{VARIABLE} is `{name}`: {what}")
    };
    let path = Path::named(name).ok_or_else(|| refused("there is no such vector path"))?;
    path.choose().map_err(|error| refused(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_there_is() {
        for name in ["neon", "", "AVX2"] {
            let error = choose_named(name).unwrap_err();
            assert_eq!(error.to_string(), format!("SKYWEAVE_SIMD is `{name}`: there is no such vector path"));
            assert!(error.help().unwrap().to_string().starts_with("this machine has: scalar"));
        }
        for path in Path::ALL.into_iter().filter(|path| !path.is_there()) {
            let error = choose_named(path.name()).unwrap_err().to_string();
            assert!(error.contains(path.name()) && error.contains("cannot run"), "{error}");
        }
    }
}
