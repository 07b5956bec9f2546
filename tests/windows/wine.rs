//! The other side of this ring, where the system is not Windows: the tests that `.ci/windows` built run under Wine.

use std::{
    env,
    path::{Path, PathBuf},
    process::{self, Command},
};

use libtest_mimic::{Arguments, Trial};

/// Where `.ci/windows` puts what it builds.
const FOLDER: &str = "target/windows";

/// The words of a usual test binary that it and ours both take.
pub(crate) fn hand_over() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
    match ring(&folder) {
        Ok(ring) => process::exit(run(&folder, &ring)),
        Err(reason) => libtest_mimic::run(&Arguments::from_args(), vec![absent(reason)]).exit(),
    }
}

/// The tests, if all is there that they take.
fn ring(folder: &Path) -> Result<PathBuf, String> {
    let missing = |what: &str| format!("{what}; .ci/windows builds it and says what that takes");
    let ring = folder.join("ring.exe");
    if !ring.is_file() {
        return Err(missing("there is no build for Windows"));
    }
    if !folder.join("wine").is_dir() {
        return Err(missing("there is no place for Wine"));
    }
    Ok(ring)
}

/// Runs them to their end; their exit code.
fn run(folder: &Path, ring: &Path) -> i32 {
    let prefix = folder.join("wine");
    let wine = |program: &str| {
        let mut command = Command::new(program);
        command.env("WINEPREFIX", &prefix).env("WINEDEBUG", "-all");
        // A library beside a program comes before that of the system, as it does on Windows.
        command.env("WINEDLLOVERRIDES", "winscard=n,b");
        command
    };
    let status = wine("wine").arg(ring).args(env::args_os().skip(1)).status();
    // Nothing that a test left behind outlives it.
    let _ = wine("wineserver").arg("-k").status();
    match status {
        Ok(status) => status.code().unwrap_or(1),
        Err(error) => {
            eprintln!("wine: {error}");
            1
        }
    }
}

/// What is reported if they cannot run.
fn absent(reason: String) -> Trial {
    const NAME: &str = "windows";
    if env::var_os("VIRTUALE_REQUIRE_WINDOWS").is_some_and(|value| value == "1") {
        return Trial::test(NAME, move || Err(reason.into()));
    }
    Trial::test(NAME, || Ok(())).with_kind(reason).with_ignored_flag(true)
}
