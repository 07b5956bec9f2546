//! What the facts mean, and what to do.

use super::{
    Diagnosis, Level,
    library::{Library, Protocol, Version},
    processes::{Agent, Sight},
    program::{Kind, Program},
    socket::Socket,
    survey::{Configuration, Confinement, Survey, System},
};

const EXEC: &str = "start the program with: virtuale exec --card FILE -- PROGRAM";
const SERVE: &str = "or for all programs of this shell: eval \"$(virtuale serve --detach --card FILE)\"";

/// What is good, what is not, in the order in which a program meets it.
pub(super) fn judge(survey: &Survey) -> Vec<Diagnosis> {
    let mut findings = vec![library(survey), place(survey), variable(survey), opensc(survey)];
    findings.extend(survey.program.as_ref().map(|program| judge_program(program, survey.library.as_ref())));
    findings.extend(survey.agents.iter().map(agent));
    findings.extend(survey.pcscd.then(|| {
        note("pcscd", "the system's own PC/SC service (pcscd) is there too")
            .with("programs that are started without the variable talk to it and do not see our readers; it may stay")
    }));
    findings
}

fn library(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "library";
    if survey.system == System::Apple {
        let advice = "run the program on Linux (a container will do); the terminal of this program works everywhere";
        return broken(CHECK, "programs reach readers through Apple's PCSC.framework, which cannot be told of ours")
            .with(advice);
    }
    let Some(Library { path, version }) = &survey.library else {
        let advice = "install it: libpcsclite1 (Debian, Ubuntu), pcsc-lite-libs (Fedora, Alpine), pcsclite (Arch)";
        return broken(CHECK, "libpcsclite.so.1, through which programs reach readers, is not there").with(advice);
    };
    let path = path.display();
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

fn place(survey: &Survey) -> Diagnosis {
    match &survey.place {
        Ok(path) => ok("folder", format!("the sockets of our readers go to {}", path.display())),
        Err(error) => broken("folder", format!("there is no place for the sockets of our readers: {error}"))
            .with("set XDG_RUNTIME_DIR or TMPDIR to a folder of yours with a short path"),
    }
}

fn variable(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "variable";
    let Some((path, socket)) = &survey.variable else { return no_variable(survey) };
    let path = path.display();
    let again = format!("it was set for a reader that is gone; start it again, or: unset PCSCLITE_CSOCK_NAME\n{EXEC}");
    match socket {
        Socket::Alive(readers) => {
            ok(CHECK, format!("programs started here see the readers at {path}: {}", readers.join(", ")))
        }
        Socket::Foreign(error) => {
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, where no PC/SC service answers: {error}")).with(again)
        }
        Socket::Dead => broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, where nobody listens")).with(again),
        Socket::Missing => broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which is not there")).with(again),
        Socket::Other => broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which is no socket")).with(EXEC),
        Socket::TooLong(length) => broken(CHECK, format!("PCSCLITE_CSOCK_NAME has {length} characters: too many"))
            .with("libpcsclite cuts it after 107; use a shorter path: virtuale serve --socket PATH"),
        Socket::Forbidden(owner) => {
            let owner = owner.map_or_else(|| "somebody else".to_owned(), |user| format!("user {user}"));
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which we may not open"))
                .with(format!("it belongs to {owner}; start readers and programs as the same user"))
        }
        Socket::Strange(error) => {
            broken(CHECK, format!("PCSCLITE_CSOCK_NAME is {path}, which cannot be reached: {error}")).with(EXEC)
        }
    }
}

fn no_variable(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "variable";
    let inside = |what| broken(CHECK, format!("PCSCLITE_CSOCK_NAME is not set here, inside {what}"));
    match survey.confinement {
        Some(Confinement::Sudo) => inside("sudo, which drops it")
            .with("sudo --preserve-env=PCSCLITE_CSOCK_NAME PROGRAM\nor: sudo virtuale exec --card FILE -- PROGRAM"),
        Some(Confinement::Flatpak) => inside("a flatpak").with(FLATPAK),
        Some(Confinement::Snap) => inside("a snap").with(SNAP),
        None => match survey.running.as_slice() {
            [] => note(CHECK, "PCSCLITE_CSOCK_NAME is not set here: programs started here do not see our readers")
                .with(format!("{EXEC}\n{SERVE}")),
            [socket, ..] => warning(CHECK, "a reader of ours runs, but PCSCLITE_CSOCK_NAME is not set here")
                .with(format!("export PCSCLITE_CSOCK_NAME={}", socket.display())),
        },
    }
}

fn opensc(survey: &Survey) -> Diagnosis {
    const CHECK: &str = "opensc";
    let Some(Configuration { path, is_there }) = &survey.opensc else {
        return note(CHECK, "OPENSC_CONF is not set here: OpenSC does not know a Vitale 2 by itself")
            .with("for programs that use OpenSC: virtuale exec --opensc, or virtuale serve --opensc");
    };
    let path = path.display();
    if *is_there {
        ok(CHECK, format!("OpenSC reads its configuration at {path}"))
    } else {
        warning(CHECK, format!("OPENSC_CONF is {path}, which is not there: OpenSC knows none of our cards"))
            .with("it was set for readers that are gone; start them again with --opensc, or: unset OPENSC_CONF")
    }
}

const FLATPAK: &str = "let the socket and the variable in:\n\
    flatpak run --filesystem=xdg-run/virtuale --env=PCSCLITE_CSOCK_NAME=\"$PCSCLITE_CSOCK_NAME\" APP";
const SNAP: &str = "a snap sees neither the socket nor the variable: install the program in another way";

fn judge_program(Program { path, kind }: &Program, library: Option<&Library>) -> Diagnosis {
    const CHECK: &str = "program";
    let wary = library.and_then(|library| library.version).is_none_or(Version::is_wary);
    let path = path.display();
    match kind {
        Kind::Plain => ok(CHECK, format!("nothing about {path} keeps the variable out")),
        Kind::Missing => broken(CHECK, format!("there is no program {path}")).with("look at the name and at PATH"),
        Kind::Privileged if wary => {
            broken(CHECK, format!("{path} runs with more rights than you: libpcsclite ignores the variable"))
                .with("run a copy without them (cp keeps neither set-user-ID nor capabilities)")
        }
        Kind::Privileged => ok(CHECK, format!("{path} runs with more rights than you, which this libpcsclite allows")),
        Kind::Flatpak => warning(CHECK, format!("{path} runs in a flatpak")).with(FLATPAK),
        Kind::Snap => warning(CHECK, format!("{path} runs in a snap")).with(SNAP),
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
            warning(CHECK, format!("{name} (process {pid}) looks for readers at {}", path.display())).with(stop)
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

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Level,
            library::{Library, Version},
            processes::{Agent, Sight},
            program::{Kind, Program},
            socket::Socket,
            survey::{Configuration, Confinement, Survey, System},
        },
        judge,
    };

    /// A system where nothing is wrong.
    fn healthy() -> Survey {
        Survey {
            system: System::Other,
            library: Some(Library { path: "/lib/libpcsclite.so.1".into(), version: Some(Version(1, 9, 9)) }),
            confinement: None,
            variable: Some(("/run/pcsc".into(), Socket::Alive(vec!["Virtuale 00 00".into()]))),
            opensc: Some(Configuration { path: "/run/opensc.conf".into(), is_there: true }),
            running: vec!["/run/pcsc".into()],
            place: Ok("/run/user/1000/virtuale".into()),
            agents: vec![],
            pcscd: false,
            program: None,
        }
    }

    /// The worst finding, and its words.
    fn worst(survey: &Survey) -> (Level, String) {
        let findings = judge(survey);
        let worst = findings.iter().max_by_key(|finding| finding.level).expect("at least one");
        assert!(worst.level < Level::Warning || worst.advice.is_some(), "no advice: {worst:?}");
        (worst.level, format!("{}\n{}", worst.message, worst.advice.clone().unwrap_or_default()))
    }

    #[test]
    fn a_healthy_system_has_nothing_to_say() {
        assert_eq!(worst(&healthy()).0, Level::Ok);
    }

    #[test]
    fn every_obstacle_is_named_with_what_to_do() {
        let versioned = |version| Some(Library { path: "/lib/l".into(), version: Some(version) });
        let agent = |sight| vec![Agent { name: "scdaemon", pid: 7, sight }];
        let program = |kind| Some(Program { path: "/p".into(), kind });
        let nowhere = |confinement| Survey { variable: None, confinement, running: vec![], ..healthy() };
        let at = |socket| Survey { variable: Some(("/run/pcsc".into(), socket)), ..healthy() };
        let gone = Some(Configuration { path: "/run/opensc.conf".into(), is_there: false });
        let modern = || versioned(Version(2, 3, 3));
        let cases = [
            (Survey { library: None, ..healthy() }, Level::Broken, "install"),
            (Survey { library: versioned(Version(1, 8, 23)), ..healthy() }, Level::Broken, "too old"),
            (Survey { system: System::Apple, ..healthy() }, Level::Broken, "Linux"),
            (Survey { place: Err("full".into()), ..healthy() }, Level::Broken, "XDG_RUNTIME_DIR"),
            (nowhere(None), Level::Note, "virtuale exec"),
            (
                Survey { running: vec!["/run/x".into()], ..nowhere(None) },
                Level::Warning,
                "export PCSCLITE_CSOCK_NAME=/run/x",
            ),
            (nowhere(Some(Confinement::Sudo)), Level::Broken, "--preserve-env"),
            (nowhere(Some(Confinement::Flatpak)), Level::Broken, "flatpak run --filesystem"),
            (nowhere(Some(Confinement::Snap)), Level::Broken, "another way"),
            (at(Socket::Dead), Level::Broken, "nobody listens"),
            (at(Socket::Foreign("nonsense".into())), Level::Broken, "nonsense"),
            (at(Socket::Missing), Level::Broken, "not there"),
            (at(Socket::Other), Level::Broken, "no socket"),
            (at(Socket::Forbidden(Some(0))), Level::Broken, "user 0"),
            (at(Socket::TooLong(120)), Level::Broken, "--socket"),
            (at(Socket::Strange("odd".into())), Level::Broken, "odd"),
            (Survey { opensc: None, ..healthy() }, Level::Note, "--opensc"),
            (Survey { opensc: gone, ..healthy() }, Level::Warning, "unset OPENSC_CONF"),
            (Survey { agents: agent(Sight::System), ..healthy() }, Level::Warning, "gpgconf --kill all"),
            (Survey { agents: agent(Sight::Other("/old".into())), ..healthy() }, Level::Warning, "/old"),
            (Survey { agents: agent(Sight::Unknown), ..healthy() }, Level::Note, "somebody else"),
            (Survey { pcscd: true, ..healthy() }, Level::Note, "pcscd"),
            (Survey { program: program(Kind::Missing), ..healthy() }, Level::Broken, "PATH"),
            (Survey { program: program(Kind::Privileged), library: modern(), ..healthy() }, Level::Broken, "a copy"),
            (Survey { program: program(Kind::Flatpak), ..healthy() }, Level::Warning, "flatpak"),
            (Survey { program: program(Kind::Snap), ..healthy() }, Level::Warning, "snap"),
        ];
        for (survey, level, words) in cases {
            let (found, said) = worst(&survey);
            assert_eq!(found, level, "{said}");
            assert!(said.contains(words), "{words:?} is missing in {said:?}");
        }
    }

    #[test]
    fn the_older_library_hears_the_variable_in_privileged_programs() {
        let program = Some(Program { path: "/p".into(), kind: Kind::Privileged });
        assert_eq!(worst(&Survey { program, ..healthy() }).0, Level::Ok);
    }
}
