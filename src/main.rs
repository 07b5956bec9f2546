//! The program `virtuale`.

use std::process::ExitCode;

fn main() -> ExitCode {
    virtuale::cli::run(std::env::args_os())
}
