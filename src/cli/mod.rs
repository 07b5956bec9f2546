//! The command line: one file per verb, exit codes in one place.
