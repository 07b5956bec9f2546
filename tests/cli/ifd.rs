//! The driver for the system's pcscd: what is installed where, and what is left alone.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use crate::sandbox::{Sandbox, run};

/// Runs a line, with `@` for the folder below which the driver is installed; its exit code, output and errors.
fn said(sandbox: &Sandbox, line: &str) -> (i32, String, String) {
    let line = format!("virtuale ifd {}", line.replace('@', "root"));
    let (code, out, err) = run(sandbox.shell(&line).current_dir(sandbox.path()).env_remove("SUDO_USER"));
    (code, out, err)
}

const LIBRARY: &str = "root/usr/local/lib/virtuale/libifdvirtuale.so";
const READERS: &str = "root/etc/reader.conf.d/virtuale";
const RULE: &str = "root/etc/tmpfiles.d/virtuale.conf";

#[test]
fn a_driver_is_installed_looked_at_and_removed() {
    let sandbox = Sandbox::new();
    let place = |path: &str| sandbox.path().join(path);
    let (code, out, err) = said(&sandbox, "install --root @ --dry-run");
    assert!(code == 0 && err.is_empty() && !place("root").exists(), "{code} {err}");
    assert!(out.contains(READERS) && out.contains("  DEVICENAME virtuale:2:/run/virtuale/ifd\n"), "{out}");
    assert!(out.contains("  LIBPATH /usr/local/lib/virtuale/libifdvirtuale.so\n"), "{out}");
    assert!(out.contains("  d /run/virtuale 0755 root - -\n") && out.contains("bytes of this program"), "{out}");

    let line = "umask 077; virtuale ifd install --root root --lang en";
    let (code, out, err) = run(sandbox.shell(line).current_dir(sandbox.path()).env_remove("SUDO_USER"));
    for path in [LIBRARY, READERS, "root/usr/local/lib/virtuale", "root/etc"] {
        let mode = fs::metadata(place(path)).expect("it").permissions().mode() & 0o777;
        assert!(mode == 0o644 || mode == 0o755, "pcscd may be another user: {path} {mode:o}");
    }
    assert_eq!((code, out), (0, format!("{LIBRARY}\n{READERS}\n{RULE}\n")));
    assert!(err.contains("systemctl restart pcscd") && err.contains("then, as root: virtuale serve --ifd"), "{err}");
    assert!(fs::read(place(LIBRARY)).expect("the driver").starts_with(b"\x7FELF"));
    let (code, _, err) = said(&sandbox, "install --root @ --slots 3 --socket /tmp/ifd --lang fr");
    assert!(code == 0 && err.contains("quiconque peut écrire dans /tmp peut montrer des cartes"), "{err}");
    let (code, _, err) = said(&sandbox, "install --root @ --slots 3 --socket /tmp/other/ifd --lang fr");
    assert!(!place(RULE).exists(), "its folder is not needed any more");
    assert!(code == 0 && err.contains("en tant que root : virtuale serve --ifd /tmp/other/ifd"), "{err}");
    let readers = fs::read_to_string(place(READERS)).expect("the readers");
    assert!(readers.contains("DEVICENAME virtuale:3:/tmp/other/ifd\n"), "{readers}");

    let (code, out, _) = said(&sandbox, "remove --root @ --dry-run");
    assert!(code == 0 && out.lines().count() == 2 && place(READERS).exists(), "{out}");
    let (code, out, _) = said(&sandbox, "remove --root @");
    assert!(code == 0 && out.lines().count() == 2 && !place(LIBRARY).exists(), "{out}");
    let (code, out, err) = said(&sandbox, "remove --root @ --lang fr");
    assert!(code == 0 && out.is_empty() && err.contains("il n'y a rien"), "{out}{err}");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let sandbox = Sandbox::new();
    let readers = sandbox.path().join(READERS);
    fs::create_dir_all(readers.parent().expect("a folder")).expect("a folder");
    fs::write(&readers, "FRIENDLYNAME \"Another\"\n").expect("a file");
    for verb in ["install --root @", "install --root @ --dry-run", "remove --root @"] {
        let (code, out, err) = said(&sandbox, &format!("{verb} --lang en"));
        assert!(
            code == 4 && out.is_empty() && err.contains("is not of `virtuale ifd install`"),
            "{verb}: {code} {err}"
        );
        assert!(err.contains("help: see whose it is"), "{err}");
    }
    assert_eq!(fs::read_to_string(&readers).expect("it"), "FRIENDLYNAME \"Another\"\n");
    assert!(!sandbox.path().join(LIBRARY).exists(), "nothing else was written");
}

#[test]
fn what_cannot_be_installed_is_said() {
    let sandbox = Sandbox::new();
    let long = format!("install --root @ --socket /tmp/{} --lang en", "x".repeat(103));
    for (line, why) in [
        (long.as_str(), "pcscd cannot be told of a socket at /tmp/xxx"),
        ("install --root @ --socket /tmp/ifd --user root --lang fr", "--user est pour le dossier /run/virtuale"),
        ("install --root @ --user nobody-of-that-name --lang en", "there is no user nobody-of-that-name"),
        ("install --root @ --socket relative/ifd --lang en", "pcscd cannot be told of a socket at relative/ifd"),
        ("install --root @ --socket '/a b' --lang fr", "pcscd ne peut pas apprendre"),
        ("install --root @ --slots 17", "it must be a whole number from 1 to 16"),
    ] {
        let (code, out, err) = said(&sandbox, line);
        assert!(code == 2 && out.is_empty() && err.contains(why), "{line}: {code} {err}");
    }
}

#[test]
fn where_the_driver_cannot_be_awaited_is_said_with_what_to_do() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("file"), "mine").expect("a file");
    symlink("nowhere", sandbox.path().join("link")).expect("a link");
    let long = format!("/tmp/{}", "x".repeat(110));
    for (socket, code, why, help) in [
        ("/no/such/folder/ifd", 4, "cannot await pcscd at /no/such/folder/ifd", "make its folder first"),
        ("no/folder/ifd", 4, "No such file or directory", "make its folder first"),
        ("file", 4, "what is there is no socket", "name another socket with --ifd, or remove that file first"),
        ("link", 4, "what is there is no socket", "name another socket with --ifd, or remove that file first"),
        (&long, 2, "its path is 8 characters too long", "the system takes 107: name a shorter one with --ifd"),
    ] {
        let line = format!("virtuale serve --ifd {socket}");
        let said = run(sandbox.shell(&line).current_dir(sandbox.path()));
        assert!(said.0 == code && said.2.contains(why) && said.2.contains(help), "{line}: {said:?}");
    }
    assert_eq!(fs::read_to_string(sandbox.path().join("file")).expect("it"), "mine");
}
