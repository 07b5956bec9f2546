//! The options of bubblewrap, which makes sandboxes: what of the environment and of the files it leaves a program,
//! as its manual says.

use super::{Shown, VARIABLE};

/// What a sandbox is.
#[derive(Debug, Default)]
pub(super) struct Sandbox<'w> {
    /// Whether the variable is taken away.
    pub(super) clears: bool,
    /// Another value that it is given.
    pub(super) value: Option<String>,
    /// Its folders, in the order in which one may hide another.
    pub(super) folders: Vec<Shown>,
    /// The command line that it starts.
    pub(super) rest: &'w [String],
}

/// Options without a word behind them, besides those that begin with `--unshare` or `--share`.
const ALONE: [&str; 6] =
    ["--clearenv", "--die-with-parent", "--new-session", "--as-pid-1", "--disable-userns", "--assert-userns-disabled"];

/// Options with two words behind them that show no folder.
const OF_TWO: [&str; 7] =
    ["--file", "--bind-data", "--ro-bind-data", "--symlink", "--chmod", "--bind-fd", "--ro-bind-fd"];

impl<'w> Sandbox<'w> {
    /// Reads the options up to the command.
    pub(super) fn read(words: &'w [String]) -> Self {
        let mut sandbox = Self { rest: words, ..Self::default() };
        while let [option, behind @ ..] = sandbox.rest {
            if !option.starts_with("--") {
                break;
            }
            let taken = match option.as_str() {
                "--" => 0,
                option => sandbox.take(option, behind),
            };
            sandbox.rest = behind.get(taken..).unwrap_or_default();
            if option == "--" {
                break;
            }
        }
        sandbox
    }

    /// Takes an option, and says how many words behind it are its own.
    fn take(&mut self, option: &str, behind: &[String]) -> usize {
        let word = |number: usize| behind.get(number).map(String::as_str).unwrap_or_default();
        match option {
            "--clearenv" => {
                (self.clears, self.value) = (true, None);
                0
            }
            "--unsetenv" => {
                self.clears |= word(0) == VARIABLE;
                1
            }
            "--setenv" => {
                if word(0) == VARIABLE {
                    (self.clears, self.value) = (false, Some(word(1).to_owned()));
                }
                2
            }
            "--bind" | "--bind-try" | "--dev-bind" | "--dev-bind-try" | "--ro-bind" | "--ro-bind-try" => {
                self.folders.push(Shown { outside: Some(word(0).to_owned()), inside: word(1).to_owned() });
                2
            }
            "--tmpfs" | "--proc" | "--dev" | "--mqueue" => {
                self.folders.push(Shown { outside: None, inside: word(0).to_owned() });
                1
            }
            "--overlay" => 3,
            option if OF_TWO.contains(&option) => 2,
            option if ALONE.contains(&option) || option.starts_with("--unshare") || option.starts_with("--share") => 0,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sandbox;

    #[test]
    fn what_a_sandbox_leaves_is_read() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let line = words("--ro-bind / / --unshare-all --tmpfs /tmp --clearenv --chdir / -- till -l");
        let sandbox = Sandbox::read(&line);
        assert!(sandbox.clears && sandbox.value.is_none() && sandbox.rest == ["till", "-l"]);
        let folders: Vec<_> = sandbox.folders.iter().map(|it| (it.outside.as_deref(), it.inside.as_str())).collect();
        assert_eq!(folders, [(Some("/"), "/"), (None, "/tmp")]);
        let line = words("--clearenv --setenv PCSCLITE_CSOCK_NAME /x till --clearenv");
        let sandbox = Sandbox::read(&line);
        assert!(!sandbox.clears && sandbox.value.as_deref() == Some("/x") && sandbox.rest == ["till", "--clearenv"]);
        let line = words("--unsetenv PCSCLITE_CSOCK_NAME --die-with-parent till");
        assert!(Sandbox::read(&line).clears && Sandbox::read(&["--bind".to_owned()]).rest.is_empty());
    }
}
