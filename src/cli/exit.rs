//! Exit codes.

use std::io;

use super::Exit;

/// Done.
pub const DONE: u8 = 0;
/// A check or a replay found something, or two things differ.
pub const FOUND: u8 = 1;
/// Wrong use: an unknown verb or option, a command that is not hexadecimal, a slot that is not as the verb needs it.
pub const USAGE: u8 = 2;
/// A card file, layout, list, trace or zone is invalid.
pub const INVALID: u8 = 3;
/// The environment failed: a socket, a reader, a file, the system.
pub const ENVIRONMENT: u8 = 4;

/// `exec` failed itself, whatever the reason; any other code of `exec` is its command's.
pub const EXEC_FAILED: u8 = 125;
/// The command of `exec`, `record` or `replay` was found but cannot be run, as a shell has it.
pub const EXEC_NOT_RUNNABLE: u8 = 126;
/// The command of `exec`, `record` or `replay` was not found, as a shell has it.
pub const EXEC_NOT_FOUND: u8 = 127;
/// Added to the number of the signal that killed the command of `exec`, `record` or `replay`, as a shell has it.
pub const EXEC_KILLED: u8 = 128;

/// The code of a verb whose results were printed: one that was found holds though nobody reads them to their end.
pub(super) fn after(code: u8, printed: io::Result<()>) -> Exit {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(code),
    }
}

/// The table, as help pages show it.
pub const TABLE: &str = "\
Exit codes:
  0    done
  1    a check or a replay found something, or what was compared differs
  2    wrong use; also a slot that is not as the verb needs it, such as one that is empty
  3    a card file, layout, list, trace or zone is invalid
  4    the environment failed: a socket, a reader, a file

exec, record and replay return the code of the command that they run; 128+n when signal n
killed it; 126 when it cannot be run, 127 when it is not found. exec returns 125 when exec
itself failed.";
