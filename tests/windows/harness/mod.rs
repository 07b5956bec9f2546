//! What every test of this ring needs: a place of its own, a limit to the time of what it runs, and a check that
//! nothing of it is left.

mod place;
mod process;

use std::{
    env,
    path::{Path, PathBuf},
};

use libtest_mimic::{Failed, Trial};

pub(crate) use place::Place;
pub(crate) use process::Ended;

/// For which processor a guest was built.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// 64 bits, as the program is.
    X64,
    /// 32 bits.
    X86,
}

/// A test that has a place of its own, which must be clean afterwards.
pub(crate) fn trial<Body>(name: &str, body: Body) -> Trial
where
    Body: FnOnce(&Place) -> Result<(), Failed> + Send + 'static,
{
    Trial::test(name, move || {
        let place = Place::new()?;
        let verdict = body(&place);
        verdict.and(place.close())
    })
}

/// A test of a guest, a file of `guests` without its ending. Where that was not built it is reported as ignored with
/// the reason; with `VIRTUALE_REQUIRE_WINDOWS=1` that is a failure. What is left out where 32 bits cannot be run is no
/// failure: not every Wine has them.
pub(crate) fn guest_trial<Body>(guest: &'static str, kind: Kind, name: &str, body: Body) -> Trial
where
    Body: FnOnce(&Place, &Path) -> Result<(), Failed> + Send + 'static,
{
    let is_required = env::var_os("VIRTUALE_REQUIRE_WINDOWS").is_some_and(|value| value == "1");
    trial_of_guest(guest, kind, name, body, |path| {
        let reason = format!("{} was not built; .ci/windows does that", path.display());
        if is_required { Err(reason) } else { Ok(reason) }
    })
}

/// The same of a guest that nobody demands: where it was not built, the test is ignored with this reason.
pub(crate) fn optional_guest_trial<Body>(
    guest: &'static str,
    kind: Kind,
    name: &str,
    reason: &'static str,
    body: Body,
) -> Trial
where
    Body: FnOnce(&Place, &Path) -> Result<(), Failed> + Send + 'static,
{
    trial_of_guest(guest, kind, name, body, |_| Ok(reason.into()))
}

/// What is not there is left out with a reason, or fails with one.
fn trial_of_guest<Body>(
    guest: &str,
    kind: Kind,
    name: &str,
    body: Body,
    missing: impl FnOnce(&Path) -> Result<String, String>,
) -> Trial
where
    Body: FnOnce(&Place, &Path) -> Result<(), Failed> + Send + 'static,
{
    let left_out = |reason: String| Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true);
    if !kind.can_run() {
        return left_out("programs of 32 bits cannot be run here; the package wine32 has them run under Wine".into());
    }
    let path = kind.folder().join(guest).with_extension("exe");
    if path.is_file() {
        return trial(name, move |place| body(place, &path));
    }
    match missing(&path) {
        Ok(reason) => left_out(reason),
        Err(reason) => Trial::test(name, move || Err(reason.into())),
    }
}

impl Kind {
    /// Whether the system runs its programs.
    fn can_run(self) -> bool {
        let windows = env::var_os("SYSTEMROOT").map(PathBuf::from).unwrap_or_default();
        self == Self::X64 || windows.join(r"syswow64\kernel32.dll").is_file()
    }

    /// Where `.ci/windows` puts what it builds for it.
    pub(crate) fn folder(self) -> PathBuf {
        let name = match self {
            Self::X64 => "x86_64",
            Self::X86 => "i686",
        };
        root().join("target/windows/guests").join(name)
    }
}

/// The folder of the repository, as Windows calls it.
pub(crate) fn root() -> PathBuf {
    absolute(env!("CARGO_MANIFEST_DIR"))
}

/// The program under test.
pub(crate) fn program() -> PathBuf {
    absolute(env!("CARGO_BIN_EXE_virtuale"))
}

/// A path of the build, which may have been made on another system.
fn absolute(path: &str) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}
