//! What people are told of shells of POSIX, and the examples of verbs that use what such a shell has.

/// What to do where no reader of ours runs.
pub(in crate::cli) const START: &str = "start one: eval \"$(virtuale serve --detach --card vitale2-martin)\"";

/// What somebody is told whose shell still has the variables: nobody evaluates what is shown on a terminal.
pub(in crate::cli) const STILL_SET: &str =
    "this shell still looks for them: run the line above, or stop readers with eval \"$(virtuale stop)\"";

/// What a person is told whose shell reads the line of `serve`, and waits.
pub(in crate::cli) const IN_A_SHELL: &str = "the readers are there until Ctrl-C or `virtuale stop`, and so is this \
    program: a shell with eval \"$(virtuale serve ...)\" waits for its end, unless --detach is given";

/// What is said of `-` as the name of a file to write.
pub(in crate::cli) const NO_FILE: &str =
    "no file has this name: standard output is /dev/stdout, and a file in this folder ./-";

/// What standard input is called as a file, if it is one.
pub(in crate::cli) const STANDARD_INPUT: Option<&str> = Some("/dev/stdin");

pub(in crate::cli) const SERVE: &str = "\
Examples:
  eval \"$(virtuale serve --detach --card vitale2-martin)\"
  virtuale serve --card vitale2-martin --socket /tmp/my-readers
  virtuale serve --card vitale2-martin --vpcd 192.168.1.20:35963";

pub(in crate::cli) const STOP: &str = "\
Examples:
  eval \"$(virtuale stop)\"
  virtuale stop --name my-readers";

/// A word that is the program of a command line.
pub(in crate::cli) fn command(word: &str) -> &str {
    word
}

/// The line that gives the programs of a shell readers with a card.
pub(in crate::cli) fn serving(program: &str, card: &str) -> String {
    format!("eval \"$({program} serve --detach --card {card})\"")
}

/// What ends a process.
pub(in crate::cli) fn ending(process: u32) -> String {
    format!("kill {process}")
}
