//! A command line that starts a program through others: what each of these does to the variable and to the user.
//!
//! It knows the options of the programs of which it is known what they do; it runs none of them, and of what is written
//! in a shell's own words it knows nothing.

mod boxes;
mod options;
#[cfg(test)]
mod tests;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use self::{boxes::Sandbox, options::Options};
use super::{
    script::{SHELLS, commands_in},
    survey::VARIABLE,
};
use crate::shown;

/// What stands between a command line and the program that it starts in the end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Hop {
    /// It goes on as another user.
    Switch(Switch),
    /// It goes on without the variable.
    Clears { by: String, instead: &'static str },
    /// It goes on with another value of the variable.
    Sets { by: String, value: String },
    /// It goes on where only these folders are, in this order.
    Hides { by: String, folders: Vec<Shown> },
    /// It goes on in this folder as the root of all.
    Root { by: String, folder: String },
    /// It starts another program, and what becomes of that is not known.
    Unknown { by: String },
    /// It goes on in a container: whether the variable is let in, which folders are, and as which user it runs there.
    Container { by: String, variable: bool, folders: Vec<String>, user: Option<String> },
    /// It goes on in a flatpak: whether the variable is let in, and which folders are.
    Flatpak { variable: bool, folders: Vec<String> },
    /// It goes on in a snap.
    Snap,
    /// It goes on with several commands, each with steps of its own: the last step.
    Each(Vec<Vec<Hop>>),
}

/// How a program goes on as another user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Switch {
    /// What starts it.
    pub(super) by: String,
    /// Its options, for a command line that does the same; of `su` with the user.
    pub(super) options: String,
    /// By name or number.
    pub(super) user: String,
    /// The groups that it is given, by name or number.
    pub(super) groups: Vec<String>,
    /// Whether it keeps the variable.
    pub(super) keeps: bool,
    /// What would make it do so.
    pub(super) keep: Option<&'static str>,
}

/// A folder of a sandbox.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Shown {
    /// What it is outside; an empty one is none.
    pub(super) outside: Option<String>,
    pub(super) inside: String,
}

/// A command line: what stands in between, and the program in the end, if it is on this system.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Line {
    pub(super) hops: Vec<Hop>,
    pub(super) program: Option<PathBuf>,
    /// A file that a shell reads as its script, in place of a program.
    pub(super) script: Option<PathBuf>,
}

/// Programs that change nothing, their options that have a value behind them, and how many words they take before the
/// command.
const PLAIN: [(&str, &[&str], usize); 16] = [
    ("nohup", &[], 0),
    ("setsid", &[], 0),
    ("stdbuf", &["-i", "-o", "-e"], 0),
    ("nice", &["-n"], 0),
    ("ionice", &["-c", "-n"], 0),
    ("time", &["-f", "-o"], 0),
    ("timeout", &["-k", "-s"], 1),
    ("taskset", &[], 1),
    ("chrt", &[], 1),
    ("ltrace", &["-e", "-o", "-s", "-l", "-p"], 0),
    ("valgrind", &[], 0),
    ("xvfb-run", &["-n", "-s", "-e", "-f", "-w"], 0),
    ("xargs", &["-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"], 0),
    ("flock", &["-w", "-E"], 1),
    ("dbus-run-session", &["--config-file"], 0),
    ("prlimit", &[], 0),
];

/// Programs that start others in ways that are not known here: by a server that has an environment of its own, in
/// another namespace, or as their own configuration says.
const UNKNOWN: [&str; 26] = [
    "at",
    "batch",
    "dbus-launch",
    "distrobox",
    "distrobox-enter",
    "fakeroot",
    "firejail",
    "gnome-terminal",
    "konsole",
    "kubectl",
    "linux32",
    "linux64",
    "lxc",
    "machinectl",
    "nsenter",
    "parallel",
    "proot",
    "screen",
    "setarch",
    "sg",
    "systemd-nspawn",
    "tmux",
    "toolbox",
    "unshare",
    "watch",
    "xterm",
];

/// Options with a value behind them, of programs that are told apart below.
const SUDO: [&str; 13] = ["-u", "-g", "-h", "-p", "-C", "-D", "-r", "-t", "-T", "-U", "-R", "--user", "--group"];
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

/// The option of `env` with a text that it takes apart into words.
const SPLIT: [&str; 2] = ["-S", "--split-string"];

/// The options of `su` and `runuser` that have a value behind them.
const SU: [&str; 9] = ["-u", "--user", "-c", "--command", "-s", "--shell", "-g", "-G", "-w"];

/// The number of who asks, which is the user of `sudo -g` alone.
fn caller() -> String {
    rustix::process::getuid().as_raw().to_string()
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

impl Switch {
    /// As the user whom one of these options names, else as root; it does not keep the variable.
    fn new(by: String, options: &Options<'_>, users: &[&str]) -> Self {
        let user = options.value(users).unwrap_or("root").trim_start_matches('#').to_owned();
        let options = options.typed(&[]).join(" ");
        Self { by, options, user, groups: Vec::new(), keeps: false, keep: None }
    }

    /// In the groups that these options name.
    fn groups(mut self, options: &Options<'_>, names: &[&str]) -> Self {
        let values = options.values(names);
        self.groups.extend(values.iter().flat_map(|value| value.split(',')).map(|group| group.replace('#', "")));
        self
    }
}

impl Line {
    /// Follows a command line of a shell's script, where some words are the shell's own.
    pub(super) fn follow_in_script(words: &[OsString]) -> Self {
        let text: Vec<_> = words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        let names_variable = || text.iter().any(|word| word == VARIABLE);
        let by = match text.first().map(AsRef::as_ref) {
            Some("unset") if names_variable() => "unset",
            Some("export") if text.iter().any(|word| word == "-n") && names_variable() => "export -n",
            Some("export") => {
                let mut line = Self::default();
                line.sets("export", text.get(1..).unwrap_or_default());
                return line;
            }
            Some(word) if sets(word) => {
                let assigned = text.iter().take_while(|word| is_assignment(word)).count();
                let mut line = Self::follow(words.get(assigned..).unwrap_or_default());
                let behind = std::mem::take(&mut line.hops);
                line.sets("the shell", text.get(..assigned).unwrap_or_default());
                line.hops.extend(behind);
                return line;
            }
            _ => return Self::follow(words),
        };
        let hops = vec![Hop::Clears { by: by.into(), instead: "take that line out" }];
        Self { hops, ..Self::default() }
    }

    /// Notes a value that is given to the variable, if it is known.
    fn sets(&mut self, by: &str, assignments: &[String]) {
        let value = assignments.iter().rev().find_map(|word| word.strip_prefix(VARIABLE)?.strip_prefix('='));
        // What a shell puts together is not known.
        if let Some(value) = value.filter(|value| !value.contains(['$', '`'])) {
            let value = value.trim_matches(['"', '\'']).to_owned();
            self.hops.push(Hop::Sets { by: by.into(), value });
        }
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
                // What it starts is known already, or is elsewhere, or nothing: it is the program itself then.
                Some(_) => {
                    if line.program.is_none() && line.script.is_none() && line.hops.is_empty() {
                        line.program = Some(program.into());
                    }
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

    /// Follows what a shell is given to do.
    fn follow_text(&mut self, text: &str) {
        let mut commands = commands_in(text);
        let is_simple = |words: &[OsString]| !words.iter().any(|word| word.to_string_lossy().contains(['$', '{', '[']));
        match (commands.pop(), commands.is_empty()) {
            (Some(only), true) if is_simple(&only) => {
                let Self { hops, program, script } = Self::follow_in_script(&only);
                self.hops.extend(hops);
                (self.program, self.script) = (program, script);
            }
            (last, _) => {
                // What the shell's own variable has become, for the commands behind.
                let mut shell = Vec::new();
                let mut each: Vec<Vec<Hop>> = Vec::new();
                for words in commands.iter().chain(&last) {
                    let hops = Self::follow_in_script(words).hops;
                    match words.first().map(|word| word.to_string_lossy()).as_deref() {
                        Some("unset" | "export") if !hops.is_empty() => shell = hops,
                        _ => {
                            let hops = [shell.clone(), hops].concat();
                            if !each.contains(&hops) {
                                each.push(hops);
                            }
                        }
                    }
                }
                match each.as_slice() {
                    [only] => self.hops.extend_from_slice(only),
                    _ => self.hops.push(Hop::Each(each)),
                }
            }
        }
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
                let switch = Switch::new(by, &options, &["-u", "--user"]).groups(&options, &["-g", "--group"]);
                let is_caller = options.value(&["-u", "--user"]).is_none() && !switch.groups.is_empty();
                let user = if is_caller { caller() } else { switch.user.clone() };
                self.hops.push(Hop::Switch(Switch {
                    user,
                    keeps,
                    keep: Some("--preserve-env=PCSCLITE_CSOCK_NAME"),
                    ..switch
                }));
                self.sets(name, assignments);
                Some(rest)
            }
            "doas" => {
                let options = Options::read(words, &["-u", "-C"]);
                self.hops.push(Hop::Switch(Switch::new(by, &options, &["-u"])));
                Some(options.rest)
            }
            "pkexec" => {
                let options = Options::read(words, &["--user", "-u"]);
                self.hops.push(Hop::Switch(Switch::new(by, &options, &["--user", "-u"])));
                Some(options.rest)
            }
            "su" | "runuser" => Some(self.su(by, words)),
            "setpriv" => {
                let options = Options::read(words, &["--reuid", "--regid", "--groups", "--ruid", "--euid", "--egid"]);
                if options.has(&["--reset-env"]) {
                    self.hops.push(Hop::Clears { by: by.clone(), instead: "leave --reset-env out" });
                }
                if options.value(&["--reuid", "--euid"]).is_some() {
                    let switch = Switch::new(by, &options, &["--reuid", "--euid"]);
                    let switch = switch.groups(&options, &["--regid", "--egid", "--groups"]);
                    self.hops.push(Hop::Switch(Switch { keeps: true, ..switch }));
                }
                Some(options.rest)
            }
            "start-stop-daemon" => {
                let valued =
                    ["-c", "--chuid", "-x", "--exec", "-a", "--startas", "-p", "--pidfile", "-d", "--chdir", "-r"];
                let options = Options::read(words, &valued);
                let chosen = options.value(&["-c", "--chuid"])?;
                let (user, group) = chosen.split_once(':').unwrap_or((chosen, ""));
                let groups = Some(group.to_owned()).filter(|group| !group.is_empty()).into_iter().collect();
                let switch = Switch::new(by, &options, &[]);
                self.hops.push(Hop::Switch(Switch { keeps: true, user: user.to_owned(), groups, ..switch }));
                Some(&[])
            }
            "chroot" => {
                let options = Options::read(words, &["--userspec", "--groups"]);
                let [folder, rest @ ..] = options.rest else { return None };
                self.hops.push(Hop::Root { by: by.clone(), folder: folder.clone() });
                if let Some(spec) = options.value(&["--userspec"]) {
                    // Behind a + stands a number.
                    let spec = spec.replace('+', "");
                    let (user, group) = spec.split_once(':').unwrap_or((&spec, ""));
                    let switch = Switch::new(by, &options, &[]).groups(&options, &["--groups"]);
                    let options = format!("{} {}", switch.options, shown::word(folder));
                    let groups = switch.groups.into_iter().chain(Some(group.to_owned()).filter(|it| !it.is_empty()));
                    let (user, groups) = (user.to_owned(), groups.collect());
                    self.hops.push(Hop::Switch(Switch { keeps: true, user, groups, options, ..switch }));
                }
                // The program is another one there.
                if folder == "/" { Some(rest) } else { Some(&[]) }
            }
            "bwrap" => {
                let Sandbox { clears, value, folders, rest } = Sandbox::read(words);
                if clears {
                    let instead =
                        "leave that out, or hand it on: --setenv PCSCLITE_CSOCK_NAME \"$PCSCLITE_CSOCK_NAME\"";
                    self.hops.push(Hop::Clears { by: by.clone(), instead });
                }
                value.into_iter().for_each(|value| self.hops.push(Hop::Sets { by: by.clone(), value }));
                self.hops.push(Hop::Hides { by, folders });
                Some(rest)
            }
            "script" => {
                let options = Options::read(words, &["-c", "--command", "-I", "-O", "-B", "-o", "-T", "-m", "-E"]);
                // Its file may stand before.
                let after = Options::read(options.rest.get(1..).unwrap_or_default(), &["-c", "--command"]);
                let text = options.value(&["-c", "--command"]).or(after.value(&["-c", "--command"]))?;
                self.follow_text(text);
                Some(&[])
            }
            _ if SHELLS.contains(&name) && name != "busybox" => {
                let options = Options::read(words, &["-o", "-O", "--rcfile", "--init-file"]);
                match (options.has(&["-c"]), options.rest) {
                    (true, [text, ..]) => self.follow_text(text),
                    (false, [file, ..]) if !options.has(&["-s"]) => self.script = Some(file.into()),
                    _ => {}
                }
                Some(&[])
            }
            _ if UNKNOWN.contains(&name) && !words.is_empty()
                || name == "find" && words.iter().any(|word| word.starts_with("-exec")) =>
            {
                self.hops.push(Hop::Unknown { by });
                Some(&[])
            }
            "env" => {
                let options = Options::read(words, &["-u", "--unset", "-C", "--chdir", "-S", "--split-string"]);
                if let Some(text) = options.value(&SPLIT) {
                    let rest = options.rest.iter().map(shown::word);
                    let words = options.typed(&SPLIT).into_iter().chain([text.to_owned()]).chain(rest);
                    let text = words.collect::<Vec<_>>().join(" ");
                    // Its own options may stand in the text. One in another has no end.
                    match text.contains(name) {
                        false => self.follow_text(&format!("{name} {text}")),
                        true => self.hops.push(Hop::Unknown { by }),
                    }
                    return Some(&[]);
                }
                let rest = options.rest.strip_prefix(&["-".to_owned()]).unwrap_or(options.rest);
                let assigned = rest.iter().take_while(|word| is_assignment(word)).count();
                let (assignments, rest) = rest.split_at(assigned);
                let clears = options.has(&["-i", "--ignore-environment"]) || options.rest.len() > rest.len() + assigned;
                let unsets = options.values(&["-u", "--unset"]).iter().any(|name| name == VARIABLE);
                if (clears || unsets) && !assignments.iter().any(|word| sets(word)) {
                    let instead = "set it behind env: PCSCLITE_CSOCK_NAME=\"$PCSCLITE_CSOCK_NAME\"";
                    self.hops.push(Hop::Clears { by, instead });
                }
                self.sets(name, assignments);
                Some(rest)
            }
            "strace" => {
                let options = Options::read(words, &["-e", "-o", "-s", "-E", "-u"]);
                let values = options.values(&["-E", "--env"]);
                if values.iter().any(|value| value == VARIABLE) {
                    self.hops.push(Hop::Clears { by, instead: "leave its -E out" });
                }
                self.sets(name, &values);
                Some(options.rest)
            }
            "systemd-run" => {
                let options =
                    Options::read(words, &["-E", "--setenv", "-p", "--property", "-u", "--unit", "--uid", "--gid"]);
                let keeps = options.has(&["--scope"]) || options.lets_in(&["-E", "--setenv"]);
                match options.value(&["--uid"]) {
                    Some(_) => {
                        let switch = Switch::new(by, &options, &["--uid"]).groups(&options, &["--gid"]);
                        let keep = Some("--setenv=PCSCLITE_CSOCK_NAME");
                        self.hops.push(Hop::Switch(Switch { keeps, keep, ..switch }));
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

    /// Both keep the environment unless they log in. Options may stand behind the dash of a login and behind the user.
    fn su<'w>(&mut self, by: String, words: &'w [String]) -> &'w [String] {
        let first = Options::read(words, &SU);
        let dash = first.rest.first().is_some_and(|word| word == "-");
        let second = Options::read(&first.rest[usize::from(dash)..], &SU);
        let is_chosen = [&first, &second].iter().any(|options| options.value(&["-u", "--user"]).is_some());
        let (user, behind) = match second.rest {
            [user, behind @ ..] if !is_chosen => (Some(user.clone()), behind),
            _ => (None, &[][..]),
        };
        let all = [first, Options::read(behind, &SU), second];
        let value = |names: &[&str]| all.iter().find_map(|options| options.value(names));
        let logs_in = dash || all.iter().any(|options| options.has(&["-l", "--login"]));
        let keeps = !logs_in || all.iter().any(|options| options.lets_in(&["-w"]));
        let [first, third, second] = &all;
        let switch = Switch::new(by, second, &[]);
        let switch = all.iter().fold(switch, |switch, options| switch.groups(options, &["-g", "-G"]));
        let typed = |options: &Options<'_>| options.typed(&["-c", "--command"]);
        let written = [
            typed(first),
            dash.then(|| "-".to_owned()).into_iter().collect(),
            typed(second),
            user.iter().map(shown::word).collect(),
            typed(third),
        ];
        let chosen = value(&["-u", "--user"]).map(str::to_owned);
        let user = user.or(chosen).unwrap_or_else(|| "root".to_owned());
        let keep = Some("-w PCSCLITE_CSOCK_NAME");
        self.hops.push(Hop::Switch(Switch { user, options: written.concat().join(" "), keeps, keep, ..switch }));
        match value(&["-c", "--command"]) {
            Some(text) => {
                self.follow_text(text);
                &[]
            }
            None if is_chosen => second.rest,
            None => &[],
        }
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
