//! A shared object that a program carries with it, for the build script of the package that has its sources.
//!
//! Whoever installs the program needs nothing else: what other programs load is among its bytes. Cargo has no way to
//! have a package's bytes in another one, so the compiler is called here, with the target and the linker of the build,
//! on sources that need the standard library alone. Where that does not work, since a target has no shared objects or
//! its linker is missing, the build goes on, and the program can say why it has no library.
//!
//! On Windows many programs of 32 bits run, which load no library of 64: there a program carries both.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What a shared object is made of.
#[derive(Clone, Copy, Debug)]
pub struct SharedObject<'a> {
    /// What people know it by, such as `GALSS`: the warning that there is none names it.
    pub title: &'a str,
    /// Its root and modules, in the folder of the package; the root comes first.
    pub sources: &'a [&'a str],
    /// The name that programs have of it when they were linked to it, if it takes the place of a library of theirs.
    pub soname: Option<&'a str>,
    /// What else the linker is told.
    pub linking: &'a [&'a str],
    /// For which systems it is.
    pub systems: Systems,
}

/// For which systems a shared object is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Systems {
    /// For Unix.
    Unix,
    /// For Windows too.
    All,
}

/// What makes programs of 32 bits on Windows.
const WINDOWS_32: &str = "i686-pc-windows-gnu";

impl SharedObject<'_> {
    /// Compiles it, if the package has the feature `library`. Gives the package `library.rs` in the folder of the
    /// build, an expression of the type `Result<&[u8], &str>`: its bytes, or why there are none. For all systems also
    /// `library_32.rs`, the same for programs of 32 bits on Windows.
    ///
    /// # Panics
    ///
    /// Where cargo's own folder cannot be written to.
    pub fn carry(&self) {
        for source in self.sources.iter().chain(&["build.rs"]) {
            println!("cargo::rerun-if-changed={source}");
        }
        if env::var_os("CARGO_FEATURE_LIBRARY").is_none() {
            return;
        }
        // On Windows one of GNU's, also for a program of MSVC's: a library belongs to no program.
        let target = variable("TARGET").to_string_lossy().replace("-windows-msvc", "-windows-gnu");
        self.write("library", self.for_target(&target));
        if self.systems == Systems::All {
            let library = match env::var_os("CARGO_CFG_WINDOWS") {
                Some(_) => self.for_target(WINDOWS_32),
                None => Err("it is for Windows, and this is another system".into()),
            };
            self.write("library_32", library);
        }
    }

    /// Writes an expression of a library, or of why there is none.
    fn write(&self, name: &str, library: Result<PathBuf, String>) {
        let expression = match library {
            Ok(library) => format!("Ok(include_bytes!({library:?}))"),
            Err(why) => format!("Err({why:?})"),
        };
        let place = Path::new(&variable("OUT_DIR")).join(name).with_extension("rs");
        fs::write(place, expression).expect("cargo's own folder can be written to");
    }

    /// Compiles it for a target.
    fn for_target(&self, target: &str) -> Result<PathBuf, String> {
        if env::var_os("CARGO_CFG_WINDOWS").is_some() && self.systems == Systems::Unix {
            return Err("it is for Unix".into());
        }
        let made = self.compile(target);
        if let Err(why) = &made {
            let (title, first) = (self.title, why.lines().next().unwrap_or_default());
            println!("cargo::warning=the program will have no library of {title} for {target}: {first}");
        }
        made
    }

    fn compile(&self, target: &str) -> Result<PathBuf, String> {
        let is_windows = env::var_os("CARGO_CFG_WINDOWS").is_some();
        if !is_windows && env::var_os("CARGO_CFG_UNIX").is_none() {
            return Err("the target is neither Unix nor Windows".into());
        }
        let library = Path::new(&variable("OUT_DIR")).join(format!("library-{target}.so"));
        let root = self.sources.first().copied().unwrap_or_default();
        let name = variable("CARGO_PKG_NAME").to_string_lossy().replace('-', "_");
        let mut rustc = Command::new(variable("RUSTC"));
        rustc.args(["--edition", "2024", "--crate-type", "cdylib", "--cap-lints", "allow", "--crate-name", &name]);
        rustc.args(["-C", "opt-level=s", "-C", "codegen-units=1", "-C", "panic=abort", "-C", "strip=symbols"]);
        rustc.arg("--target").arg(target);
        if variable("CARGO_CFG_TARGET_ENV") == "musl" {
            rustc.args(["-C", "target-feature=-crt-static"]);
        }
        if let Some(soname) = self.soname.filter(|_| !is_windows) {
            rustc.arg("-C").arg(format!("link-arg=-Wl,-soname,{soname}"));
        }
        for argument in self.linking {
            rustc.arg("-C").arg(format!("link-arg={argument}"));
        }
        // Another target than that of the build has a linker of its own.
        if variable("TARGET") == target {
            rustc.args(linking(&variable("CARGO_ENCODED_RUSTFLAGS")));
            if let Some(linker) = env::var_os("RUSTC_LINKER") {
                let mut setting = OsString::from("linker=");
                setting.push(linker);
                rustc.arg("-C").arg(setting);
            }
        }
        // A path that is not of this machine: it stands in what the compiler makes.
        rustc.arg(root).arg("-o").arg(&library).current_dir(variable("CARGO_MANIFEST_DIR"));
        match rustc.output() {
            Ok(output) if output.status.success() => Ok(library),
            Ok(output) => Err(format!("it could not be compiled: {}", String::from_utf8_lossy(&output.stderr).trim())),
            Err(error) => Err(format!("the compiler could not be started: {error}")),
        }
    }
}

/// What cargo tells a build script.
fn variable(name: &str) -> OsString {
    env::var_os(name).unwrap_or_default()
}

/// Of the flags of the build, those that say how something is linked. Others, such as those of a fuzzer, are for the
/// program alone: the library goes into programs of other people.
fn linking(flags: &OsStr) -> Vec<OsString> {
    let flags = flags.to_string_lossy();
    let mut flags = flags.split('\x1f');
    let mut found = Vec::new();
    while let Some(flag) = flags.next() {
        let setting = match flag.strip_prefix("-C") {
            Some("") => flags.next().unwrap_or_default(),
            Some(setting) => setting,
            None => continue,
        };
        if ["linker=", "linker-flavor=", "link-arg=", "link-args=", "link-self-contained="]
            .iter()
            .any(|name| setting.starts_with(name))
        {
            found.extend(["-C".into(), setting.into()]);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::linking;

    #[test]
    fn how_something_is_linked_is_kept_of_the_flags_of_a_build() {
        let flags = "-Clinker=mold\x1f-C\x1flink-arg=-s\x1f--cfg\x1ffuzzing\x1f-Copt-level=3\x1f-C\x1fpanic=unwind";
        assert_eq!(linking(flags.as_ref()), ["-C", "linker=mold", "-C", "link-arg=-s"]);
    }
}
