//! What the program says on standard output. A reader that hangs up (`skyweave schema | head`) ends it quietly.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Writes to standard output; ends the program if nobody reads it any more, or if it cannot be written.
pub fn write(text: Arguments<'_>) {
    let mut output = std::io::stdout().lock();
    let Err(error) = output.write_fmt(text).and_then(|()| output.flush()) else { return };
    if error.kind() != ErrorKind::BrokenPipe {
        eprintln!("cannot write to standard output: {error}");
        std::process::exit(1);
    }
    std::process::exit(0);
}

/// Says a line.
macro_rules! say {
    ($($text:tt)+) => { $crate::say::write(format_args!("{}\n", format_args!($($text)+))) };
}

pub(crate) use say;
