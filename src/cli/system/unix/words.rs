//! What people are told of shells of POSIX, and the examples of verbs that use what such a shell has.

/// What to do where no reader of ours runs.
pub(in crate::cli) const START: &str = "start one: eval \"$(virtuale serve --detach --card vitale2-martin)\"";

/// The same in French.
pub(in crate::cli) const START_FR: &str = "en démarrer un : eval \"$(virtuale serve --detach --card vitale2-martin)\"";

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
  virtuale serve --card vitale2-martin --console
  virtuale serve --card vitale2-martin --vpcd 192.168.1.20:35963";

pub(in crate::cli) const STOP: &str = "\
Examples:
  eval \"$(virtuale stop)\"
  virtuale stop --name my-readers";

/// Examples of `read`.
pub(in crate::cli) const READ: &str = "\
Examples:
  virtuale read --card vitale2-martin
  virtuale read --card vitale2-martin --reflet --lang fr
  virtuale read --json --reader 'Virtuale 00 00'
  virtuale read --card cps-lefevre --pin-fd 3 3< code.txt
  virtuale read --card vitale2-martin --card cps-lefevre --pin-fd 3 3< code.txt
  virtuale read --card vitale2-martin --card 'reader:Gemalto PC Twin Reader 00 00'
  virtuale read --card vitale2-martin --card cps-lefevre --secured --pin-fd 3 3< code.txt
  virtuale read --card vitale2-martin --card cps-lefevre --format json --pin-fd 3 3< code.txt";

/// Examples of `fse sign`.
pub(in crate::cli) const SIGN: &str = "\
Examples:
  virtuale fse sign consultation.toml --card vitale2-martin --card cps-lefevre -o form
  virtuale fse sign consultation.toml --reader 'Virtuale 00 00' --reader 'Virtuale 00 01' -o form
  virtuale fse sign lot/*.toml --card cps-lefevre --pin-fd 3 -o lot-001 3< code.txt";

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
