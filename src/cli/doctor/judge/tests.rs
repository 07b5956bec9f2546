use std::time::Duration;

use super::{
    super::{
        super::running::Seen,
        Level,
        library::{Library, Version, Whose},
        processes::{Agent, Sight},
        program::{Kind, Program},
        socket::Socket,
        survey::{Configuration, Confinement, Survey, System},
    },
    judge,
};
use crate::cli::doctor::line::Line;
use crate::host::Running;

/// Readers at this socket.
fn seen(socket: &str) -> Seen {
    let running = Running { name: "42".into(), socket: socket.into() };
    let contents = crate::cli::messages::in_both(|_| "    0  Virtuale 00 00  empty\n".into());
    Seen { running, contents, is_shown_by_pcscd: false }
}

/// A system where nothing is wrong.
fn healthy() -> Survey {
    Survey {
        system: System::Other,
        library: Some(Library {
            path: "/lib/libpcsclite.so.1".into(),
            version: Some(Version(1, 9, 9)),
            whose: Whose::Others,
        }),
        silent: (vec![], Duration::from_secs(5)),
        confinement: None,
        variable: Some(("/run/pcsc".into(), Socket::Alive(vec!["Virtuale 00 00".into()]))),
        opensc: Some(Configuration { path: "/run/opensc.conf".into(), is_there: true }),
        user: 1000,
        others: vec![],
        place: Ok("/run/user/1000/virtuale".into()),
        agents: vec![],
        pcscd: false,
        admitted: None,
        closed: None,
        few_files: None,
        pcscd_shows: false,
        hops: vec![],
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
fn what_is_the_same_is_said_once() {
    let hops = Line::follow(&["sh", "-c", "env -i a; env -i b; env -i c"].map(std::ffi::OsString::from)).hops;
    let found = judge(&Survey { hops, ..healthy() });
    assert_eq!(found.iter().filter(|finding| finding.message.contains("env takes")).count(), 1, "{found:?}");
}

#[test]
fn each_command_of_a_shell_is_judged_for_itself() {
    let level = |text: &str| {
        let words = ["sh", "-c", text].map(std::ffi::OsString::from);
        worst(&Survey { hops: Line::follow(&words).hops, ..healthy() }).0
    };
    assert_eq!(level("sudo -E till; sudo -E -u 1000 true"), Level::Broken);
    assert_eq!(level("env -i till; PCSCLITE_CSOCK_NAME=/run/pcsc true"), Level::Broken);
    assert_eq!(level("unset PCSCLITE_CSOCK_NAME; true; till"), Level::Broken);
    assert_eq!(level("export PCSCLITE_CSOCK_NAME=/run/pcsc; true; till"), Level::Ok);
    assert_eq!(level("true; sudo -E -u 1000 till"), Level::Ok);
}

#[test]
fn a_healthy_system_has_nothing_to_say() {
    assert_eq!(worst(&healthy()).0, Level::Ok);
}

#[test]
fn every_obstacle_is_named_with_what_to_do() {
    let versioned = |version| Some(Library { path: "/lib/l".into(), version: Some(version), whose: Whose::Others });
    let of_ours = |whose| Some(Library { path: "/lib/l".into(), version: None, whose });
    let command = |line: &str| Line::follow(&line.split(' ').map(std::ffi::OsString::from).collect::<Vec<_>>()).hops;
    let agent = |sight| vec![Agent { name: "scdaemon", pid: 7, sight }];
    let program = |kind| Some(Program { path: "/p".into(), kind });
    let nowhere = |confinement| Survey { variable: None, confinement, ..healthy() };
    let at = |socket| Survey { variable: Some(("/run/pcsc".into(), socket)), ..healthy() };
    let gone = Some(Configuration { path: "/run/opensc.conf".into(), is_there: false });
    let modern = || versioned(Version(2, 3, 3));
    let cases = [
        (Survey { library: None, ..healthy() }, Level::Broken, "install"),
        (Survey { library: versioned(Version(1, 8, 23)), ..healthy() }, Level::Broken, "too old"),
        (
            Survey { silent: (vec!["rpm".into(), "apk".into()], Duration::from_secs(5)), ..healthy() },
            Level::Note,
            "not waited for after 5 s: rpm, apk",
        ),
        (Survey { system: System::Apple, ..healthy() }, Level::Broken, "Linux"),
        (Survey { place: Err("full".into()), ..nowhere(None) }, Level::Broken, "XDG_RUNTIME_DIR"),
        (Survey { place: Err("full".into()), ..healthy() }, Level::Note, "XDG_RUNTIME_DIR"),
        (nowhere(None), Level::Note, "virtuale exec"),
        (
            Survey { others: vec![seen("/run/x")], ..nowhere(None) },
            Level::Warning,
            "set it for readers that run, which are below",
        ),
        (
            Survey { user: 0, ..nowhere(Some(Confinement::As("doas"))) },
            Level::Broken,
            "doas \"$(command -v virtuale)\" exec",
        ),
        (
            Survey { user: 4_000_000_000, ..nowhere(Some(Confinement::As("pkexec"))) },
            Level::Broken,
            "--user 4000000000",
        ),
        (nowhere(Some(Confinement::Flatpak)), Level::Broken, "flatpak run --filesystem"),
        (nowhere(Some(Confinement::Snap)), Level::Broken, "another way"),
        (at(Socket::Dead), Level::Broken, "nobody listens"),
        (at(Socket::Foreign("nonsense".into())), Level::Broken, "nonsense\nif 200 programs use these readers at once"),
        (at(Socket::Missing), Level::Broken, "not there"),
        (at(Socket::Other), Level::Broken, "no socket"),
        (at(Socket::Forbidden(Some(0))), Level::Broken, "user 0"),
        (at(Socket::Refused(0)), Level::Broken, "of user 0, whose readers do not answer us: we are user 1000"),
        (
            Survey { confinement: Some(Confinement::As("sudo")), ..at(Socket::Refused(1001)) },
            Level::Broken,
            "start the readers as that user, too: sudo -u",
        ),
        (at(Socket::TooLong(120)), Level::Broken, "--socket"),
        (at(Socket::Strange("odd".into())), Level::Broken, "odd"),
        (Survey { opensc: None, ..healthy() }, Level::Note, "--opensc"),
        (Survey { library: of_ours(Whose::OursOnce), ..healthy() }, Level::Warning, "another version of virtuale"),
        (Survey { few_files: Some(8), ..healthy() }, Level::Warning, "ulimit -n 1024"),
        (Survey { pcscd_shows: true, ..nowhere(None) }, Level::Note, "the cards that pcscd shows"),
        (
            Survey { hops: command("sudo -u no-such-user-anywhere till"), ..healthy() },
            Level::Broken,
            "no such user here",
        ),
        (Survey { hops: command("tmux new"), ..healthy() }, Level::Note, "is not known"),
        (
            Survey { hops: command("bwrap --ro-bind / / --tmpfs /run till"), ..healthy() },
            Level::Broken,
            "--bind /run /run",
        ),
        (Survey { hops: command("bwrap --ro-bind / / till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("bwrap --tmpfs / --bind /run /run till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("chroot /other till"), ..healthy() }, Level::Warning, "mount --bind"),
        (
            Survey { hops: command("env PCSCLITE_CSOCK_NAME=/x till"), ..healthy() },
            Level::Warning,
            "PCSCLITE_CSOCK_NAME=/x virtuale doctor",
        ),
        (Survey { hops: command("env PCSCLITE_CSOCK_NAME= till"), ..healthy() }, Level::Broken, "no value"),
        (Survey { hops: command("env PCSCLITE_CSOCK_NAME=/run/pcsc till"), ..healthy() }, Level::Ok, ""),
        (
            Survey { hops: command("setpriv --reuid 1 --regid 2 --clear-groups till"), ..healthy() },
            Level::Broken,
            "setpriv --reuid 1 --regid 2 --clear-groups \"$(command -v virtuale)\" exec",
        ),
        (
            Survey { hops: command("sudo -u 65534 -E till"), ..healthy() },
            Level::Broken,
            "sudo -u 65534 -E \"$(command -v virtuale)\" exec",
        ),
        (Survey { hops: command("su -s /bin/sh 65534 -c till"), ..healthy() }, Level::Broken, "su -s /bin/sh 65534 -c"),
        (Survey { hops: command("sudo -E setpriv --reuid 1000 till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("sudo -nEu 1000 till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("sudo setpriv --reuid 1000 till"), ..healthy() }, Level::Broken, "--preserve-env="),
        (Survey { hops: command("sudo -E -u 1000 setpriv --reuid 65534 till"), ..healthy() }, Level::Broken, "65534"),
        (Survey { hops: command("env -i env PCSCLITE_CSOCK_NAME=/run/pcsc till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("env PCSCLITE_CSOCK_NAME=/run/pcsc env -i till"), ..healthy() }, Level::Broken, "env"),
        (Survey { hops: command("sudo -u 1000 env PCSCLITE_CSOCK_NAME=/run/pcsc till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("chroot --userspec=+1000:+1000 / till"), ..healthy() }, Level::Ok, ""),
        (Survey { hops: command("sudo -E -u $USER till"), ..healthy() }, Level::Note, "is not known"),
        (Survey { hops: command("env PCSCLITE_CSOCK_NAME=/run/.//pcsc till"), ..healthy() }, Level::Ok, ""),
        (Survey { opensc: gone, ..healthy() }, Level::Warning, "unset OPENSC_CONF"),
        (Survey { agents: agent(Sight::System), ..healthy() }, Level::Warning, "gpgconf --kill all"),
        (Survey { agents: agent(Sight::Other("/old".into())), ..healthy() }, Level::Warning, "/old"),
        (Survey { agents: agent(Sight::Unknown), ..healthy() }, Level::Note, "somebody else"),
        (Survey { pcscd: true, ..healthy() }, Level::Note, "pcscd"),
        (Survey { pcscd: true, pcscd_shows: true, ..healthy() }, Level::Note, "see these there"),
        (Survey { program: program(Kind::Missing), ..healthy() }, Level::Broken, "PATH"),
        (Survey { program: program(Kind::Here), ..healthy() }, Level::Broken, "./"),
        (Survey { program: program(Kind::NoFile), ..healthy() }, Level::Broken, "a folder"),
        (Survey { program: program(Kind::NotRunnable), ..healthy() }, Level::Broken, "chmod +x /p"),
        (Survey { program: program(Kind::Other(0)), ..healthy() }, Level::Broken, "user 0 (set-user-ID)"),
        (Survey { program: program(Kind::Privileged), library: modern(), ..healthy() }, Level::Broken, "a copy"),
        (
            Survey { program: program(Kind::Switch("sudo")), ..healthy() },
            Level::Broken,
            "whom our readers do not answer\nstart the readers as that user, too: sudo \"$(command -v virtuale)\" exec",
        ),
        (
            Survey { program: program(Kind::Switch("su")), ..healthy() },
            Level::Broken,
            "su USER -c \"$(command -v virtuale) exec --card vitale2-martin -- PROGRAM\"",
        ),
        (Survey { program: program(Kind::Container), ..healthy() }, Level::Warning, "--user \"$(id -u)\""),
        (Survey { program: program(Kind::ItsOwnInterpreter), ..healthy() }, Level::Broken, "by itself"),
        (Survey { program: program(Kind::Damaged), ..healthy() }, Level::Broken, "cut off"),
        (Survey { program: program(Kind::Links), ..healthy() }, Level::Broken, "round to itself"),
        (Survey { program: program(Kind::Closed("no".into())), ..healthy() }, Level::Broken, "cannot be looked at: no"),
        (Survey { program: program(Kind::Remote), ..healthy() }, Level::Broken, "another machine"),
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
fn all_other_readers_that_run_are_told_of() {
    let findings = judge(&Survey { others: vec![seen("/run/a"), seen("/run/b")], ..healthy() });
    let told = findings.into_iter().filter(|finding| finding.check == "readers");
    let told: Vec<_> = told.map(|finding| finding.advice.unwrap_or_default()).collect();
    let line = |socket| format!("export PCSCLITE_CSOCK_NAME={socket}\n    0  Virtuale 00 00  empty");
    assert_eq!(told, ["/run/a", "/run/b"].map(line));
}

#[test]
fn a_command_line_is_followed_to_its_program() {
    use super::super::{line::Line, survey::Admitted};

    let of = |line: &str, admitted: &[u32]| {
        let words: Vec<_> = line.split(' ').map(std::ffi::OsString::from).collect();
        let admitted = Some(Admitted { users: admitted.to_vec(), groups: vec![], turned_away: vec![] });
        worst(&Survey { hops: Line::follow(&words).hops, admitted, ..healthy() })
    };
    let rows: [(&str, &[u32], Level, &str); 17] = [
        (
            "sudo till",
            &[],
            Level::Broken,
            "virtuale exec --allow-user root --card vitale2-martin -- sudo --preserve-env",
        ),
        ("sudo till", &[0], Level::Broken, "let it keep the variable: sudo --preserve-env=PCSCLITE_CSOCK_NAME"),
        ("sudo -E till", &[0], Level::Ok, ""),
        ("sudo -E till", &[7], Level::Broken, "whom our readers do not answer"),
        ("sudo -E -u 1000 till", &[], Level::Ok, ""),
        ("sudo -u 1000 till", &[], Level::Broken, "sudo drops PCSCLITE_CSOCK_NAME (env_reset)"),
        ("snap run till", &[], Level::Broken, "install the program in another way"),
        ("newgrp - scard", &[], Level::Broken, "leave its - out"),
        ("su - 1000", &[], Level::Broken, "su drops PCSCLITE_CSOCK_NAME"),
        ("doas till", &[], Level::Broken, "doas \"$(command -v virtuale)\" exec"),
        ("env -i till", &[], Level::Broken, "set it behind env"),
        ("docker run image", &[], Level::Broken, "the variable"),
        ("docker run -e PCSCLITE_CSOCK_NAME image", &[], Level::Broken, "the folder"),
        ("docker run -e PCSCLITE_CSOCK_NAME -v /run:/run image", &[], Level::Warning, "a user whom"),
        ("docker run -u 1000 -e PCSCLITE_CSOCK_NAME -v /run:/run image", &[], Level::Ok, ""),
        ("podman run -e PCSCLITE_CSOCK_NAME -v /run:/run image", &[], Level::Ok, ""),
        ("flatpak run --env=PCSCLITE_CSOCK_NAME=/run/pcsc org.example.Till", &[], Level::Broken, "the folder"),
    ];
    for (line, admitted, level, words) in rows {
        let (found, said) = of(line, admitted);
        assert!(found == level && said.contains(words), "{line}: {found:?} {said}");
    }
}

#[test]
fn a_group_lets_in_and_a_folder_keeps_out() {
    use super::super::survey::{Admitted, Closed};

    let of = |line: &str, closed: Option<Closed>| {
        let words: Vec<_> = line.split(' ').map(std::ffi::OsString::from).collect();
        let admitted = Some(Admitted { users: vec![1], groups: vec![3_000_000_001], turned_away: vec![] });
        worst(&Survey { hops: Line::follow(&words).hops, admitted, closed, ..healthy() })
    };
    for line in [
        "setpriv --reuid 2 --regid 2 --groups 3000000001 till",
        "sudo -g #3000000001 -u #2 -E till",
        "setpriv --reuid 1 till",
    ] {
        assert_eq!(of(line, None).0, Level::Ok, "{line}");
    }
    assert_eq!(of("setpriv --reuid 2 --groups 3 till", None).0, Level::Broken);
    let closed = |owner| Some(Closed { folder: "/run/closed".into(), owner, group: None });
    let (level, said) = of("setpriv --reuid 1 till", closed(1000));
    assert!(level == Level::Broken && said.contains("chmod o+x /run/closed"), "{said}");
    assert_eq!(of("setpriv --reuid 1 till", closed(1)).0, Level::Ok);
    let of_group = Some(Closed { folder: "/run/closed".into(), owner: 1000, group: Some(3_000_000_001) });
    assert_eq!(of("setpriv --reuid 2 --groups 3000000001 till", of_group).0, Level::Ok);
}

#[test]
fn the_lines_of_a_script_are_judged_as_command_lines_are() {
    use super::super::{line::Line, survey::Admitted};

    let of = |line: &str, admitted: Admitted| {
        let words: Vec<_> = line.split(' ').map(std::ffi::OsString::from).collect();
        let kind = Kind::Script(vec![(line.to_owned(), Line::follow_in_script(&words).hops)]);
        let program = Some(Program { path: "/p".into(), kind });
        worst(&Survey { program, admitted: Some(admitted), ..healthy() })
    };
    let letting_in = |users: &[u32], groups: &[u32]| Admitted {
        users: users.to_vec(),
        groups: groups.to_vec(),
        turned_away: vec!["user 7 was turned away".into()],
    };
    let (level, said) = of("sudo -E till", letting_in(&[], &[]));
    assert!(
        level == Level::Warning && said.contains("the script /p runs `sudo -E till`, if it gets there: "),
        "{said}"
    );
    assert!(said.contains("--allow-user root"), "{said}");
    assert_eq!(of("sudo -E till", letting_in(&[0], &[])).0, Level::Note);
    assert_eq!(of("sudo -E till", letting_in(&[], &[0])).0, Level::Note, "root is in its own group");
    let (level, said) = of("unset PCSCLITE_CSOCK_NAME", letting_in(&[], &[]));
    assert!(level == Level::Warning && said.contains("take that line out"), "{said}");
}

#[test]
fn the_older_library_hears_the_variable_in_privileged_programs() {
    let program = Some(Program { path: "/p".into(), kind: Kind::Privileged });
    assert_eq!(worst(&Survey { program, ..healthy() }).0, Level::Ok);
}
