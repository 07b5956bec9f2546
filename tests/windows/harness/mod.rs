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

/// Debian's package of a Wine for 32 bits.
const WINE_OF_32_BITS: &str = "wine32:i386";

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

/// A test of a guest, a file of `guests` without its ending. Where that was not built, or has 32 bits and cannot be
/// run, it is reported as ignored with the reason; with `VIRTUALE_REQUIRE_WINDOWS=1` that is a failure, unless
/// `VIRTUALE_CLIENTS_NOT_OFFERED` says that the distribution has no Wine for 32 bits.
pub(crate) fn guest_trial<Body>(guest: &'static str, kind: Kind, name: &str, body: Body) -> Trial
where
    Body: FnOnce(&Place, &Path) -> Result<(), Failed> + Send + 'static,
{
    match kind.guest(guest) {
        Ok(path) => trial(name, move |place| body(place, &path)),
        Err(lack) if lack.is_failure() => Trial::test(name, move || Err(lack.to_string().into())),
        Err(lack) => left_out(name, lack.to_string()),
    }
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
    match kind.guest(guest) {
        Ok(path) => trial(name, move |place| body(place, &path)),
        Err(Lack::Guest(_)) => left_out(name, reason.into()),
        Err(lack) => left_out(name, lack.to_string()),
    }
}

fn left_out(name: &str, reason: String) -> Trial {
    Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true)
}

/// Why a guest cannot be run.
#[derive(Debug, thiserror::Error)]
enum Lack {
    /// The system runs no programs of its kind.
    #[error("programs of 32 bits cannot be run here; the package {WINE_OF_32_BITS} has them run under Wine")]
    System,
    /// It is not there.
    #[error("{} was not built; .ci/windows does that", .0.display())]
    Guest(PathBuf),
}

impl Lack {
    fn is_failure(&self) -> bool {
        let has_word = |variable, word| env::var(variable).is_ok_and(|value| value.split(' ').any(|it| it == word));
        let is_excused = matches!(self, Self::System) && has_word("VIRTUALE_CLIENTS_NOT_OFFERED", WINE_OF_32_BITS);
        has_word("VIRTUALE_REQUIRE_WINDOWS", "1") && !is_excused
    }
}

impl Kind {
    /// Where a guest of its is, a file of `guests` without its ending.
    fn guest(self, name: &str) -> Result<PathBuf, Lack> {
        let path = self.folder().join(name).with_extension("exe");
        match path.is_file() {
            _ if !self.can_run() => Err(Lack::System),
            true => Ok(path),
            false => Err(Lack::Guest(path)),
        }
    }

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
