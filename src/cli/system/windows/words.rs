//! What people are told of PowerShell, and the examples of verbs that use what it has.

/// What to do where no reader of ours runs.
pub(in crate::cli) const START: &str =
    "start one in a window of its own: Start-Process virtuale 'serve --card vitale2-martin'";

/// The same in French.
pub(in crate::cli) const START_FR: &str =
    "en démarrer un dans une fenêtre à lui : Start-Process virtuale 'serve --card vitale2-martin'";

/// What somebody is told whose shell still has the variables: nobody evaluates what is shown on a console.
pub(in crate::cli) const STILL_SET: &str =
    "this PowerShell still looks for them: run the line above, or stop readers with virtuale stop | Invoke-Expression";

/// What a person is told whose shell reads the line of `serve`, and waits.
pub(in crate::cli) const IN_A_SHELL: &str = "the readers are there until Ctrl-C or `virtuale stop`, and so is this \
    program: what reads the line waits for its end; start it in a window of its own instead";

/// What is said of `-` as the name of a file to write.
pub(in crate::cli) const NO_FILE: &str =
    r"no file has this name: leave the option out for standard output; a file in this folder is .\-";

/// What standard input is called as a file, if it is one.
pub(in crate::cli) const STANDARD_INPUT: Option<&str> = None;

pub(in crate::cli) const SERVE: &str = "\
Examples:
  virtuale serve --card vitale2-martin
  Start-Process virtuale 'serve --card vitale2-martin --name tests'
  virtuale serve --card vitale2-martin --vpcd 192.168.1.20:35963";

pub(in crate::cli) const STOP: &str = "\
Examples:
  virtuale stop | Invoke-Expression
  virtuale stop --name tests";

/// Examples of `read`.
pub(in crate::cli) const READ: &str = "\
Examples:
  virtuale read --card vitale2-martin
  virtuale read --card vitale2-martin --reflet --lang fr
  virtuale read --json --reader 'Virtuale 00 00'
  Get-Content code.txt | virtuale read --card cps-lefevre --pin-fd 0
  Get-Content code.txt | virtuale read --card vitale2-martin --card cps-lefevre --pin-fd 0
  virtuale read --card vitale2-martin --card 'reader:Virtuale 00 01'
  Get-Content code.txt | virtuale read --card vitale2-martin --card cps-lefevre --secured --pin-fd 0
  Get-Content code.txt | virtuale read --card vitale2-martin --card cps-lefevre --format json --pin-fd 0";

/// Examples of `fse sign`.
pub(in crate::cli) const SIGN: &str = "\
Examples:
  virtuale fse sign consultation.toml --card vitale2-martin --card cps-lefevre -o form
  virtuale fse sign consultation.toml --reader 'Virtuale 00 00' --reader 'Virtuale 00 01' -o form
  Get-Content code.txt | virtuale fse sign (Get-ChildItem lot\\*.toml).FullName --card cps-lefevre --pin-fd 0 -o lot-001";

/// A word that is the program of a command line: one in quotes would be a text.
pub(in crate::cli) fn command(word: &str) -> String {
    if word.starts_with('\'') { format!("& {word}") } else { word.to_owned() }
}

/// The line that starts readers with a card, in a window of their own.
pub(in crate::cli) fn serving(program: &str, card: &str) -> String {
    format!("Start-Process {program} 'serve --card {}'", card.replace('\'', "''"))
}

/// What ends a process.
pub(in crate::cli) fn ending(process: u32) -> String {
    format!("Stop-Process -Id {process}")
}
