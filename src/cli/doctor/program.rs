//! A program that should see our readers: what about it may drop the variable.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// A program that was asked about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

/// What it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// Nothing special.
    Plain,
    /// Not there, or not to be run.
    Missing,
    /// It runs with more rights than its user: set-user-ID, set-group-ID, or capabilities.
    Privileged,
    /// It starts a program inside a flatpak.
    Flatpak,
    /// It starts a program inside a snap.
    Snap,
}

/// Looks at a program, which is found as a shell would.
pub(super) fn look(name: &Path) -> Program {
    let Some(path) = find(name) else { return Program { path: name.into(), kind: Kind::Missing } };
    let kind = kind(&path);
    Program { path, kind }
}

fn find(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return Some(name.to_path_buf()).filter(|path| is_program(path));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|path| is_program(path))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn kind(path: &Path) -> Kind {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let lies_in = |parts: &[&str]| {
        let names: Vec<_> = [path, &real].iter().flat_map(|path| path.components().collect::<Vec<_>>()).collect();
        names.windows(parts.len()).any(|window| window.iter().zip(parts).all(|(name, part)| name.as_os_str() == *part))
    };
    if lies_in(&["flatpak", "exports", "bin"]) || real.ends_with("flatpak") {
        return Kind::Flatpak;
    }
    if lies_in(&["snap", "bin"]) || real.ends_with("bin/snap") {
        return Kind::Snap;
    }
    let set_id = fs::metadata(&real).is_ok_and(|found| found.mode() & 0o6000 != 0);
    if set_id || has_capabilities(&real) { Kind::Privileged } else { Kind::Plain }
}

#[cfg(target_os = "linux")]
fn has_capabilities(path: &Path) -> bool {
    rustix::fs::getxattr(path, "security.capability", &mut [0_u8; 64]).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn has_capabilities(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::{Kind, look};

    #[test]
    fn a_program_is_seen_for_what_it_is() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let program = |path: &str, mode: u32| {
            let path = place.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("its folder");
            fs::write(&path, "#!/bin/sh\n").expect("a script");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
            look(&path).kind
        };
        assert_eq!(program("plain", 0o755), Kind::Plain);
        assert_eq!(program("a-text", 0o644), Kind::Missing);
        assert_eq!(program("set-user-id", 0o4755), Kind::Privileged);
        assert_eq!(program("share/flatpak/exports/bin/org.example.App", 0o755), Kind::Flatpak);
        assert_eq!(program("snap/bin/app", 0o755), Kind::Snap);
        assert_eq!(look(Path::new("no-such-program-anywhere")).kind, Kind::Missing);
        assert_eq!(look(Path::new("sh")).kind, Kind::Plain);
    }
}
