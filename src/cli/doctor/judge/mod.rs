//! What the facts mean, and what to do.

mod line;
mod program;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::program::{FLATPAK, SNAP, within_as};
use super::{
    super::{
        running::{self, Seen},
        users,
    },
    Diagnosis, Level,
    library::{Library, Protocol, Version, Whose},
    processes::{Agent, Sight},
    socket::Socket,
    survey::{Configuration, Confinement, Survey, System},
};
use crate::{reader::pcsclite::MOST_CONNECTIONS, shown};

const EXEC: &str = "start the program with: virtuale exec --card vitale2-martin -- PROGRAM";
const SERVE: &str = "or for all programs of this shell: eval \"$(virtuale serve --detach --card vitale2-martin)\"";

/// What is good, what is not, in the order in which a program meets it.
pub(super) fn judge(survey: &Survey) -> Vec<Diagnosis> {
    let mut findings = vec![library(survey)];
    findings.extend(survey.few_files.map(few_files));
    findings.extend(silent(survey));
    findings.extend([place(survey), variable(survey)]);
    findings.extend(survey.others.iter().map(other_readers));
    findings.push(opensc(survey));
    let turned_away = survey.admitted.iter().flat_map(|admitted| &admitted.turned_away);
    findings.extend(turned_away.map(|words| note("guests", words.clone())));
    findings.extend(line::judge_all(&survey.hops, survey));
    findings.extend(survey.program.as_ref().map(|program| program::judge(program, survey)));
    findings.extend(survey.agents.iter().map(agent));
    findings.extend(survey.pcscd.then(|| {
        match survey.pcscd_shows {
            true => note(
                "pcscd",
                "the system's own PC/SC service (pcscd) is there too, and shows cards of readers that run",
            )
            .with("programs that are started without the variable see these there, marked (shown by pcscd) above"),
            false => note("pcscd", "the system's own PC/SC service (pcscd) is there too").with(
                "programs that are started without the variable talk to it and do not see our readers; it may stay",
            ),
        }
    }));
    // A line may do the same several times.
    let mut said = BTreeSet::new();
    findings.retain(|finding| said.insert((finding.message.clone(), finding.advice.clone())));
    findings
}

fn library(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "library";
    if survey.system == System::Apple {
        let advice = "run the program on Linux (a container will do); the terminal of this program works everywhere";
        return broken(CHECK, "programs reach readers through Apple's PCSC.framework, which cannot be told of ours")
            .with(advice);
    }
    let Some(Library { path, version, whose }) = &survey.library else {
        let advice = "install it: libpcsclite1 (Debian, Ubuntu), pcsc-lite-libs (Fedora, Alpine), pcsclite (Arch)";
        return broken(CHECK, "libpcsclite.so.1, through which programs reach readers, is not there").with(advice);
    };
    let path = shown::path(path);
    match whose {
        Whose::Others => {}
        Whose::Ours => return ok(CHECK, format!("{path} is the library of this virtuale (exec --library)")),
        Whose::OursOnce => {
            return warning(CHECK, format!("{path} is a library of another version of virtuale, or damaged"))
                .with("take it away, or start the program with exec --library of this version");
        }
    }
    match version.map(|version| (version, version.protocol())) {
        None => note(CHECK, format!("{path} is there; its version is not known, and 1.8.24 or later is needed")),
        Some((Version(a, b, c), Protocol::Older)) => {
            broken(CHECK, format!("{path} is version {a}.{b}.{c}, which is too old")).with("install 1.8.24 or later")
        }
        Some((Version(a, b, c), Protocol::Minor(minor))) => {
            ok(CHECK, format!("{path} is version {a}.{b}.{c} and speaks protocol 4.{minor}, as our readers do"))
        }
    }
}

/// Fewer open files than readers need.
fn few_files(files: u64) -> Diagnosis {
    warning("files", format!("only {files} files may be open at a time here: readers and programs need more"))
        .with("ulimit -n 1024")
}

/// Programs that know the library and did not say what they know.
fn silent(survey: &Survey) -> Option<Diagnosis> {
    let (programs, time) = &survey.silent;
    let message = format!("asked about that library and not waited for after {} s: ", time.as_secs());
    (!programs.is_empty()).then(|| note("library", message + &programs.join(", ")))
}

fn place(survey: &Survey) -> Diagnosis {
    match &survey.place {
        Ok(path) => ok("folder", format!("the sockets of our readers go to {}", shown::path(path))),
        Err(error) => {
            // Readers that are seen here were started elsewhere.
            let level = match survey.variable {
                Some((_, Socket::Alive(_))) => Level::Note,
                _ => Level::Broken,
            };
            finding("folder", level, format!("there is no place for the sockets of our readers: {error}"))
                .with("set XDG_RUNTIME_DIR or TMPDIR to a folder of yours with a short path")
        }
    }
}

fn variable(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "variable";
    let Some((path, socket)) = &survey.variable else { return no_variable(survey) };
    let path = shown::path(path);
    let again = format!("it was set for readers that are gone: unset PCSCLITE_CSOCK_NAME\n{}", start(survey));
    match socket {
        Socket::Alive(readers) => {
            ok(CHECK, format!("programs started here see the readers at {path}: {}", shown::line(&readers.join(", "))))
        }
        Socket::Foreign(error) => {
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, where no PC/SC service answers: {error}")).with(
                format!("if {MOST_CONNECTIONS} programs use these readers at once, end some of them; else {again}"),
            )
        }
        Socket::Dead => broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, where nobody listens")).with(again),
        Socket::Missing => broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which is not there")).with(again),
        Socket::Other => {
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which is no socket")).with(start(survey))
        }
        Socket::TooLong(length) => broken(CHECK, format!("PCSCLITE_CSOCK_NAME has {length} characters: too many"))
            .with("libpcsclite cuts it after 107; use a shorter path: virtuale serve --socket PATH"),
        Socket::Forbidden(owner) => {
            let owner = owner.map_or_else(|| "somebody else".to_owned(), |user| format!("user {user}"));
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which we may not open"))
                .with(format!("it belongs to {owner}; {}", same_user(survey)))
        }
        Socket::Refused(owner) => {
            let (user, message) = (survey.user, format!("PCSCLITE_CSOCK_NAME is {path}, of user {owner}"));
            broken(CHECK, format!("{message}, whose readers do not answer us: we are user {user}"))
                .with(same_user(survey))
        }
        Socket::Strange(error) => {
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which cannot be reached: {error}"))
                .with(start(survey))
        }
    }
}

/// How somebody gets readers here.
fn start(survey: &Survey) -> String {
    match survey.others.as_slice() {
        [] => format!("{EXEC}\n{SERVE}"),
        _ => format!("set it for readers that run, which are below; or {EXEC}"),
    }
}

/// How a program that a switch starts as the user that we are has readers.
fn within_us(survey: &Survey, switch: &str) -> String {
    let user = Some(survey.user).filter(|&user| user != 0).map(users::name);
    within_as(switch, user.as_deref())
}

/// How readers and programs come to be of one user, also inside a program that starts others as another one.
fn same_user(survey: &Survey) -> String {
    let user = survey.user;
    let rule = format!(
        "readers answer the user who started them, and whom that user lets in: start readers and programs as the same \
         user, or the readers with --allow-user {user}"
    );
    match survey.confinement {
        Some(Confinement::As(switch)) => format!("{rule}\n{}", within_us(survey, switch)),
        _ => rule,
    }
}

fn no_variable(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "variable";
    let inside = |what: &str| broken(CHECK, format!("PCSCLITE_CSOCK_NAME is not set here, inside {what}"));
    match survey.confinement {
        Some(Confinement::As(switch)) => inside(&format!("{switch}, which drops it")).with(within_us(survey, switch)),
        Some(Confinement::Flatpak) => inside("a flatpak").with(FLATPAK),
        Some(Confinement::Snap) => inside("a snap").with(SNAP),
        None if survey.pcscd_shows => {
            note(CHECK, "PCSCLITE_CSOCK_NAME is not set here: programs started here see the cards that pcscd shows")
                .with(start(survey))
        }
        None if survey.others.is_empty() => {
            note(CHECK, "PCSCLITE_CSOCK_NAME is not set here: programs started here do not see our readers")
                .with(start(survey))
        }
        None => {
            warning(CHECK, "PCSCLITE_CSOCK_NAME is not set here: programs started here do not see readers that run")
                .with(start(survey))
        }
    }
}

/// Readers that run, but for others.
fn other_readers(seen: &Seen) -> Diagnosis {
    let Seen { running, contents, is_shown_by_pcscd } = seen;
    let who = if *is_shown_by_pcscd { "see by pcscd alone" } else { "do not see" };
    note("readers", format!("readers named {} run, which programs started here {who}", running.name)).with(format!(
        "{}\n{}",
        running::export(running),
        contents.trim_end()
    ))
}

fn opensc(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "opensc";
    let Some(Configuration { path, is_there }) = &survey.opensc else {
        return note(CHECK, "OPENSC_CONF is not set here: OpenSC does not know a Vitale 2 by itself")
            .with("for programs that use OpenSC: virtuale exec --opensc, or virtuale serve --opensc");
    };
    let path = shown::path(path);
    if *is_there {
        ok(CHECK, format!("OpenSC reads its configuration at {path}"))
    } else {
        warning(CHECK, format!("OPENSC_CONF is {path}, which is not there: OpenSC knows none of our cards"))
            .with("it was set for readers that are gone; start them again with --opensc, or: unset OPENSC_CONF")
    }
}

fn agent(Agent { name, pid, sight }: &Agent) -> Diagnosis {
    const CHECK: &str = "agent";
    let stop = "stop it, so that it starts again with the variable: gpgconf --kill all";
    match sight {
        Sight::Same => ok(CHECK, format!("{name} (process {pid}) sees the readers of this shell")),
        Sight::System => warning(
            CHECK,
            format!("{name} (process {pid}) was started without the variable: gpg does not see our readers"),
        )
        .with(stop),
        Sight::Other(path) => {
            warning(CHECK, format!("{name} (process {pid}) looks for readers at {}", shown::path(path))).with(stop)
        }
        Sight::Unknown => note(CHECK, format!("{name} (process {pid}) belongs to somebody else")),
    }
}

fn finding(check: &'static str, level: Level, message: impl Into<String>) -> Diagnosis {
    Diagnosis { check, level, message: message.into(), advice: None }
}

fn ok(check: &'static str, message: impl Into<String>) -> Diagnosis {
    finding(check, Level::Ok, message)
}

fn note(check: &'static str, message: impl Into<String>) -> Diagnosis {
    finding(check, Level::Note, message)
}

fn warning(check: &'static str, message: impl Into<String>) -> Diagnosis {
    finding(check, Level::Warning, message)
}

fn broken(check: &'static str, message: impl Into<String>) -> Diagnosis {
    finding(check, Level::Broken, message)
}

impl Diagnosis {
    fn with(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }
}
