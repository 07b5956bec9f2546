//! A command line that starts a program through others: what each of these does to the variable and to the user.
//!
//! It knows the options of the programs of which it is known what they do; it runs none of them, and of what is written
//! in a shell's own words it knows nothing.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use super::survey::VARIABLE;

/// What stands between a command line and the program that it starts in the end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Hop {
    /// It goes on as another user, who is named so. Whether it keeps the variable, and what would make it do so.
    Switch { by: String, user: String, keeps: bool, keep: Option<&'static str> },
    /// It goes on without the variable.
    Clears { by: String, instead: &'static str },
    /// It goes on in a container: whether the variable is let in, which folders are, and as which user it runs there.
    Container { by: String, variable: bool, folders: Vec<String>, user: Option<String> },
    /// It goes on in a flatpak: whether the variable is let in, and which folders are.
    Flatpak { variable: bool, folders: Vec<String> },
    /// It goes on in a snap.
    Snap,
}

/// A command line: what stands in between, and the program in the end, if it is on this system.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Line {
    pub(super) hops: Vec<Hop>,
    pub(super) program: Option<PathBuf>,
}

/// Programs that change nothing, their options that have a value behind them, and how many words they take before the
/// command.
const PLAIN: [(&str, &[&str], usize); 11] = [
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("nice", &["-n"], 0),
    ("ionice", &["-c", "-n"], 0),
    ("time", &["-f", "-o"], 0),
    ("timeout", &["-k", "-s"], 1),
    ("taskset", &[], 1),
    ("chrt", &[], 1),
    ("strace", &["-e", "-o", "-s", "-E", "-u"], 0),
    ("xvfb-run", &["-n", "-s", "-e", "-f", "-w"], 0),
];

/// Options with a value behind them, of programs that are told apart below.
const SUDO: [&str; 12] = ["-u", "-g", "-h", "-p", "-C", "-D", "-r", "-t", "-T", "-U", "-R", "--user"];
const ENGINE: [&str; 22] = [
    "-e",
    "--env",
    "-v",
    "--volume",
    "--mount",
    "-u",
    "--user",
    "--name",
    "-w",
    "--workdir",
    "--network",
    "--net",
    "-p",
    "--publish",
    "--entrypoint",
    "--hostname",
    "-h",
    "-l",
    "--label",
    "--userns",
    "--env-file",
    "--platform",
];

/// The options that begin a command line, each with its value, and what follows them.
struct Options<'w> {
    given: Vec<(&'w str, Option<&'w str>)>,
    rest: &'w [String],
}

impl<'w> Options<'w> {
    /// Reads options up to the first word that is none; these have a value in the next word.
    fn read(mut words: &'w [String], valued: &[&'static str]) -> Self {
        let mut given = Vec::new();
        while let [word, behind @ ..] = words {
            if word == "--" {
                words = behind;
                break;
            }
            if !word.starts_with('-') || word == "-" {
                break;
            }
            words = behind;
            match word.split_once('=').filter(|_| word.starts_with("--")) {
                Some((name, value)) => given.push((name, Some(value))),
                None if valued.contains(&word.as_str()) => {
                    let value = words.first().map(String::as_str);
                    words = words.get(1..).unwrap_or_default();
                    given.push((word, value));
                }
                // Letters may stand together: -nu nobody, -unobody.
                None => match letters(word, valued) {
                    Some((name, "")) => {
                        let value = words.first().map(String::as_str);
                        words = words.get(1..).unwrap_or_default();
                        given.push((name, value));
                    }
                    Some((name, value)) => given.push((name, Some(value))),
                    None => given.push((word, None)),
                },
            }
        }
        Self { given, rest: words }
    }

    fn value(&self, names: &[&str]) -> Option<&'w str> {
        self.given.iter().rev().find(|(name, _)| names.contains(name)).and_then(|(_, value)| *value)
    }

    fn values(&self, names: &[&str]) -> Vec<String> {
        let of = self.given.iter().filter(|(name, _)| names.contains(name));
        of.filter_map(|(_, value)| value.map(str::to_owned)).collect()
    }

    fn has(&self, names: &[&str]) -> bool {
        self.given.iter().any(|(name, value)| {
            let letter = |wanted: &&str| wanted.len() == 2 && !name.starts_with("--") && name.contains(&wanted[1..]);
            value.is_none() && (names.contains(name) || names.iter().any(letter))
        })
    }

    /// Whether an option lets the variable in, by its name or with a value.
    fn lets_in(&self, names: &[&str]) -> bool {
        self.values(names).iter().any(|value| value.split(',').any(sets))
    }
}

/// An option with a value among letters that stand together: the option, and what stands behind its letter.
fn letters<'w>(word: &'w str, valued: &[&'static str]) -> Option<(&'static str, &'w str)> {
    let letters = word.strip_prefix('-').filter(|rest| !rest.starts_with('-'))?;
    let (at, name) = letters.char_indices().find_map(|(at, letter)| {
        let is_it = |name: &&&str| name.len() == 2 && name.ends_with(letter);
        valued.iter().find(is_it).map(|name| (at + letter.len_utf8(), *name))
    })?;
    Some((name, &letters[at..]))
}

/// Whether a word names the variable, alone or with a value.
fn sets(word: &str) -> bool {
    word.strip_prefix(VARIABLE).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
    })
}

impl Line {
    /// Follows a command line of a shell's script, where some words are the shell's own.
    pub(super) fn follow_in_script(words: &[OsString]) -> Self {
        let text: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        let names_variable = || text.iter().any(|word| word == VARIABLE);
        let by = match text.first().map(AsRef::as_ref) {
            Some("unset") if names_variable() => "unset",
            Some("export") if text.iter().any(|word| word == "-n") && names_variable() => "export -n",
            _ => return Self::follow(words),
        };
        Self { hops: vec![Hop::Clears { by: by.into(), instead: "take that line out" }], program: None }
    }

    /// Follows a command line to the program in the end.
    pub(super) fn follow(words: &[OsString]) -> Self {
        let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let mut line = Self::default();
        let mut rest = words.as_slice();
        while let [program, behind @ ..] = rest {
            let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy().into_owned();
            match line.step(&name, behind) {
                Some(next) if !next.is_empty() => rest = next,
                // What it starts is elsewhere, or nothing: it is the program itself then.
                Some(_) => {
                    let is_elsewhere =
                        matches!(line.hops.last(), Some(Hop::Container { .. } | Hop::Flatpak { .. } | Hop::Snap));
                    line.program = (!is_elsewhere && line.hops.is_empty()).then(|| program.into());
                    return line;
                }
                None => {
                    line.program = Some(program.into());
                    return line;
                }
            }
        }
        line
    }

    /// What a program does that starts others, and what it starts. `None` of one that is the program itself.
    fn step<'w>(&mut self, name: &str, words: &'w [String]) -> Option<&'w [String]> {
        let by = name.to_owned();
        match name {
            "sudo" => {
                let options = Options::read(words, &SUDO);
                let assigned = options.rest.iter().take_while(|word| is_assignment(word)).count();
                let (assignments, rest) = options.rest.split_at(assigned);
                let keeps = options.has(&["-E", "--preserve-env"])
                    || options.lets_in(&["--preserve-env"])
                    || assignments.iter().any(|word| sets(word));
                let user = options.value(&["-u", "--user"]).unwrap_or("root").trim_start_matches('#').to_owned();
                self.hops.push(Hop::Switch { by, user, keeps, keep: Some("--preserve-env=PCSCLITE_CSOCK_NAME") });
                Some(rest)
            }
            "doas" => {
                let options = Options::read(words, &["-u", "-C"]);
                let user = options.value(&["-u"]).unwrap_or("root").to_owned();
                self.hops.push(Hop::Switch { by, user, keeps: false, keep: None });
                Some(options.rest)
            }
            "pkexec" => {
                let options = Options::read(words, &["--user", "-u"]);
                let user = options.value(&["--user", "-u"]).unwrap_or("root").to_owned();
                self.hops.push(Hop::Switch { by, user, keeps: false, keep: None });
                Some(options.rest)
            }
            "su" | "runuser" => Some(self.su(by, words)),
            "setpriv" => {
                let options = Options::read(words, &["--reuid", "--regid", "--groups", "--ruid", "--euid"]);
                if options.has(&["--reset-env"]) {
                    self.hops.push(Hop::Clears { by: by.clone(), instead: "leave --reset-env out" });
                }
                if let Some(user) = options.value(&["--reuid", "--euid"]) {
                    self.hops.push(Hop::Switch { by, user: user.to_owned(), keeps: true, keep: None });
                }
                Some(options.rest)
            }
            "env" => {
                let options = Options::read(words, &["-u", "--unset", "-C", "--chdir"]);
                let rest = options.rest.strip_prefix(&["-".to_owned()]).unwrap_or(options.rest);
                let assigned = rest.iter().take_while(|word| is_assignment(word)).count();
                let (assignments, rest) = rest.split_at(assigned);
                let clears = options.has(&["-i", "--ignore-environment"]) || options.rest.len() > rest.len() + assigned;
                let unsets = options.values(&["-u", "--unset"]).iter().any(|name| name == VARIABLE);
                if (clears || unsets) && !assignments.iter().any(|word| sets(word)) {
                    let instead = "set it behind env: PCSCLITE_CSOCK_NAME=\"$PCSCLITE_CSOCK_NAME\"";
                    self.hops.push(Hop::Clears { by, instead });
                }
                Some(rest)
            }
            "systemd-run" => {
                let options = Options::read(words, &["-E", "--setenv", "-p", "--property", "-u", "--unit", "--uid"]);
                let keeps = options.has(&["--scope"]) || options.lets_in(&["-E", "--setenv"]);
                match options.value(&["--uid"]) {
                    Some(user) => {
                        let keep = Some("--setenv=PCSCLITE_CSOCK_NAME");
                        self.hops.push(Hop::Switch { by, user: user.to_owned(), keeps, keep });
                    }
                    None if !keeps => {
                        self.hops.push(Hop::Clears { by, instead: "hand it on: --setenv=PCSCLITE_CSOCK_NAME" });
                    }
                    None => {}
                }
                Some(options.rest)
            }
            "newgrp" => {
                // It is a shell in the end, with the same environment unless it is one of a login.
                if words.first().is_some_and(|word| word == "-" || word == "-l") {
                    self.hops.push(Hop::Clears { by, instead: "leave its - out" });
                }
                Some(&[])
            }
            "snap" => (words.first().is_some_and(|verb| verb == "run")).then(|| {
                self.hops.push(Hop::Snap);
                &[][..]
            }),
            "docker" | "podman" | "nerdctl" => self.engine(by, words),
            "flatpak" => {
                let [run, words @ ..] = words else { return None };
                let options = Options::read(words, &["--command", "--branch", "--arch"]);
                (run == "run").then(|| {
                    let variable = options.lets_in(&["--env"]);
                    self.hops.push(Hop::Flatpak { variable, folders: options.values(&["--filesystem"]) });
                    &[][..]
                })
            }
            _ => {
                let (_, valued, taken) = PLAIN.iter().find(|(plain, ..)| *plain == name)?;
                Options::read(words, valued).rest.get(*taken..)
            }
        }
    }

    /// Both keep the environment unless they log in.
    fn su<'w>(&mut self, by: String, words: &'w [String]) -> &'w [String] {
        let options = Options::read(words, &["-u", "--user", "-c", "--command", "-s", "--shell", "-g", "-G", "-w"]);
        let dash = options.rest.first().is_some_and(|word| word == "-");
        let rest = &options.rest[usize::from(dash)..];
        let user = options.value(&["-u", "--user"]);
        let (user, rest) = match (user, rest) {
            (Some(user), rest) => (user.to_owned(), rest),
            (None, [user, ..]) => (user.clone(), &[][..]),
            (None, []) => ("root".to_owned(), rest),
        };
        let keeps = !(dash || options.has(&["-l", "--login"])) || options.lets_in(&["-w"]);
        self.hops.push(Hop::Switch { by, user, keeps, keep: Some("-w PCSCLITE_CSOCK_NAME") });
        rest
    }

    fn engine<'w>(&mut self, by: String, words: &'w [String]) -> Option<&'w [String]> {
        let [verb, words @ ..] = words else { return None };
        if !["run", "create", "exec"].contains(&verb.as_str()) {
            return None;
        }
        let options = Options::read(words, &ENGINE);
        let user = options.value(&["-u", "--user"]).map(str::to_owned);
        let variable = options.lets_in(&["-e", "--env"]);
        let folders = options.values(&["-v", "--volume", "--mount"]);
        self.hops.push(Hop::Container { by, variable, folders, user });
        Some(&[])
    }
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, path::Path};

    use super::{Hop, Line};

    fn follow(line: &str) -> Line {
        Line::follow(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    fn switch(line: &str) -> (String, bool) {
        match follow(line).hops.as_slice() {
            [Hop::Switch { user, keeps, .. }] => (user.clone(), *keeps),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn who_runs_it_and_whether_the_variable_stays() {
        let rows = [
            ("sudo till", "root", false),
            ("sudo -E till", "root", true),
            ("sudo -nE till", "root", true),
            ("sudo -u anna till -E", "anna", false),
            ("sudo -nu anna till", "anna", false),
            ("sudo -uanna till", "anna", false),
            ("sudo --user=anna --preserve-env=HOME,PCSCLITE_CSOCK_NAME till", "anna", true),
            ("sudo --preserve-env=HOME till", "root", false),
            ("sudo -u #1001 PCSCLITE_CSOCK_NAME=/x till", "1001", true),
            ("/usr/bin/sudo -- till", "root", false),
            ("doas -u anna till", "anna", false),
            ("pkexec --user anna till", "anna", false),
            ("su anna -c till", "anna", true),
            ("su - anna -c till", "anna", false),
            ("su -l anna -c till", "anna", false),
            ("su", "root", true),
            ("runuser -u anna -- till", "anna", true),
            ("runuser -l anna -c till", "anna", false),
            ("setpriv --reuid 1001 --clear-groups till", "1001", true),
            ("systemd-run --uid=anna till", "anna", false),
            ("systemd-run --uid=anna -E PCSCLITE_CSOCK_NAME till", "anna", true),
        ];
        for (line, user, keeps) in rows {
            assert_eq!(switch(line), (user.to_owned(), keeps), "{line}");
        }
    }

    #[test]
    fn what_takes_the_variable_away() {
        for line in ["env -i till", "env - till", "env -u PCSCLITE_CSOCK_NAME till", "systemd-run --user till"] {
            assert!(matches!(follow(line).hops.as_slice(), [Hop::Clears { .. }]), "{line}");
            assert_eq!(follow(line).program.as_deref(), Some(Path::new("till")), "{line}");
        }
        for line in [
            "env A=1 till",
            "env -i PCSCLITE_CSOCK_NAME=/x till",
            "env -u HOME till",
            "nohup nice -n 5 till",
            "timeout -k 1 5 till",
            "systemd-run --scope till",
            "till -i",
        ] {
            assert_eq!(follow(line), Line { hops: vec![], program: Some("till".into()) }, "{line}");
        }
    }

    #[test]
    fn what_is_let_into_a_box() {
        let boxed = follow("docker run --rm -e PCSCLITE_CSOCK_NAME -v /a:/a --user 1000 image till");
        let (by, folders) = ("docker".into(), vec!["/a:/a".into()]);
        let hops = vec![Hop::Container { by, variable: true, folders, user: Some("1000".into()) }];
        assert_eq!(boxed, Line { hops, program: None });
        let boxed = follow("flatpak run --filesystem=/a --env=PCSCLITE_CSOCK_NAME=/a/pcsc org.example.Till");
        let hops = vec![Hop::Flatpak { variable: true, folders: vec!["/a".into()] }];
        assert_eq!(boxed, Line { hops, program: None });
        let both = follow("sudo env -i docker run image");
        assert_eq!(both.hops.len(), 3);
    }

    #[test]
    fn a_program_alone_is_the_program() {
        for line in ["sudo", "env", "docker", "flatpak", "docker ps", "nohup"] {
            let program = line.split(' ').next();
            let found = follow(line);
            assert!(found.program.as_deref() == program.map(Path::new) || !found.hops.is_empty(), "{line}: {found:?}");
        }
        assert_eq!(follow("").program, Some("".into()));
    }
}
