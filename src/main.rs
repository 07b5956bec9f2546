//! The program `virtuale`.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    virtuale::cli::run(std::env::args_os())
}
