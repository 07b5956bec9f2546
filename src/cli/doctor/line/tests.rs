use std::{ffi::OsString, path::Path};

use super::{Hop, Line, Switch};

fn follow(line: &str) -> Line {
    Line::follow(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
}

fn switch(line: &str) -> (String, bool) {
    match follow(line).hops.as_slice() {
        [Hop::Switch(Switch { user, keeps, .. }), rest @ ..] if !matches!(rest, [Hop::Switch(_), ..]) => {
            (user.clone(), *keeps)
        }
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn how_it_is_done_is_kept_for_another_command() {
    let options = |line: &str| match follow(line).hops.as_slice() {
        [Hop::Switch(Switch { options, groups, .. })] => (options.clone(), groups.join(" ")),
        other => panic!("{line}: {other:?}"),
    };
    for (line, written, groups) in [
        ("sudo till", "", ""),
        ("sudo -nu nobody -g scard till", "-nu nobody -g scard", "scard"),
        ("setpriv --reuid 1 --regid 2 --groups 3,4 till", "--reuid 1 --regid 2 --groups 3,4", "2 3 4"),
        ("su -s /bin/sh nobody -c till", "-s /bin/sh nobody", ""),
        ("su - anna", "- anna", ""),
        ("runuser -u anna -- till", "-u anna", ""),
        ("start-stop-daemon --chuid anna:scard -S -x till", "--chuid anna:scard -S -x till", "scard"),
    ] {
        assert_eq!(options(line), (written.to_owned(), groups.to_owned()), "{line}");
    }
}

#[test]
fn another_value_of_the_variable_is_seen() {
    let sets = |line: &str| {
        let hops = follow(line).hops;
        hops.into_iter().find_map(|hop| if let Hop::Sets { value, .. } = hop { Some(value) } else { None })
    };
    for (line, value) in [
        ("env PCSCLITE_CSOCK_NAME=/x till", Some("/x")),
        ("env PCSCLITE_CSOCK_NAME= till", Some("")),
        ("env -i PCSCLITE_CSOCK_NAME=$PCSCLITE_CSOCK_NAME till", None),
        ("sudo PCSCLITE_CSOCK_NAME=/x till", Some("/x")),
        ("env -S PCSCLITE_CSOCK_NAME=/x till", Some("/x")),
        ("bwrap --bind / / --setenv PCSCLITE_CSOCK_NAME /x till", Some("/x")),
    ] {
        assert_eq!(sets(line).as_deref(), value, "{line}");
    }
    let in_script = |line: &str| Line::follow_in_script(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
    for line in ["export PCSCLITE_CSOCK_NAME=\"/x\"", "PCSCLITE_CSOCK_NAME=/x till"] {
        assert!(matches!(in_script(line).hops.as_slice(), [Hop::Sets { value, .. }] if value == "/x"), "{line}");
    }
    assert_eq!(in_script("PCSCLITE_CSOCK_NAME=\"$HERE\" till").hops, []);
}

#[test]
fn what_a_shell_is_given_is_read() {
    let of = |text: &str| Line::follow(&["bash", "-ec", text].map(OsString::from));
    let program = |text: &str| of(text).program.map(|path| path.to_string_lossy().into_owned());
    assert!(matches!(of("unset PCSCLITE_CSOCK_NAME; till").hops.as_slice(), [Hop::Clears { .. }]));
    assert!(matches!(of("sudo till").hops.as_slice(), [Hop::Switch(_)]));
    assert_eq!(program("sudo -E till").as_deref(), Some("till"));
    assert_eq!((program("till"), program("a; b")), (Some("till".into()), Some("bash".into())));
    let recorded = Line::follow(&["script", "-c", "sudo till", "/dev/null"].map(OsString::from));
    assert!(matches!(recorded.hops.as_slice(), [Hop::Switch(_)]));
    for (text, is_cleared) in [("till --now", false), ("-i till", true), ("-u PCSCLITE_CSOCK_NAME sudo -E till", true)]
    {
        let split = Line::follow(&["env", "-S", text].map(OsString::from));
        assert_eq!(split.program.as_deref(), Some(Path::new("till")), "{text}");
        assert_eq!(split.hops.iter().any(|hop| matches!(hop, Hop::Clears { .. })), is_cleared, "{text}");
    }
    assert!(matches!(follow(&"env -S sudo ".repeat(50_000)).hops.as_slice(), [Hop::Unknown { .. }]));
    for line in [["su", "anna", "-c", "env -i till"], ["runuser", "anna", "--command", "env -i till"]] {
        let hops = Line::follow(&line.map(OsString::from)).hops;
        assert!(matches!(hops.as_slice(), [Hop::Switch(_), Hop::Clears { .. }]), "{hops:?}");
    }
    let Line { hops, program, .. } = follow("env -iS till --now");
    assert!(matches!(hops.as_slice(), [Hop::Clears { .. }]) && program.as_deref() == Some(Path::new("till")));
    assert_eq!(follow("sh -e ./s.sh").script.as_deref(), Some(Path::new("./s.sh")));
    assert_eq!(follow("sh").program.as_deref(), Some(Path::new("sh")));
}

#[test]
fn what_is_not_known_is_not_called_known() {
    for line in ["tmux new", "unshare -r till", "sg scard till", "setarch -R till", "find . -exec till ;"] {
        let Line { hops, program, .. } = follow(line);
        assert!(matches!(hops.as_slice(), [Hop::Unknown { .. }]) && program.is_none(), "{line}");
    }
    assert!(matches!(follow("xargs -n 1 env -i ls").hops.as_slice(), [Hop::Clears { .. }]));
    let Line { hops, program, .. } = follow("chroot --userspec=daemon / till");
    assert!(matches!(hops.as_slice(), [Hop::Root { .. }, Hop::Switch(_)]) && program.is_some(), "{hops:?}");
    assert!(follow("chroot /other till").program.is_none());
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
        ("su - -w PCSCLITE_CSOCK_NAME -c till anna", "anna", true),
        ("runuser - anna -w PCSCLITE_CSOCK_NAME -c till", "anna", true),
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
    for line in [
        "strace -E PCSCLITE_CSOCK_NAME till",
        "env -i till",
        "env - till",
        "env -u PCSCLITE_CSOCK_NAME till",
        "systemd-run --user till",
    ] {
        assert!(matches!(follow(line).hops.as_slice(), [Hop::Clears { .. }]), "{line}");
        assert_eq!(follow(line).program.as_deref(), Some(Path::new("till")), "{line}");
    }
    for line in [
        "env A=1 till",
        "env -u HOME till",
        "nohup nice -n 5 till",
        "timeout -k 1 5 till",
        "systemd-run --scope till",
        "till -i",
    ] {
        assert_eq!(follow(line), Line { program: Some("till".into()), ..Line::default() }, "{line}");
    }
}

#[test]
fn what_is_let_into_a_box() {
    let boxed = follow("docker run --rm -e PCSCLITE_CSOCK_NAME -v /a:/a --user 1000 image till");
    let (by, folders) = ("docker".into(), vec!["/a:/a".into()]);
    let hops = vec![Hop::Container { by, variable: true, folders, user: Some("1000".into()) }];
    assert_eq!(boxed, Line { hops, ..Line::default() });
    let boxed = follow("flatpak run --filesystem=/a --env=PCSCLITE_CSOCK_NAME=/a/pcsc org.example.Till");
    let hops = vec![Hop::Flatpak { variable: true, folders: vec!["/a".into()] }];
    assert_eq!(boxed, Line { hops, ..Line::default() });
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

#[test]
fn a_group_alone_leaves_who_asks() {
    assert_eq!(switch("sudo -E -g praticiens till"), (super::caller(), true));
    assert_eq!(switch("sudo -E -u anna -g praticiens till"), ("anna".to_owned(), true));
}
