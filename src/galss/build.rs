//! Compiles the shared object, which the program carries with it: whoever installs it needs nothing else.
//!
//! Cargo has no way to have a package's bytes in another one. So the compiler is called here, with the target and the
//! linker of the build, on sources that need the standard library alone. Where that does not work, since a target has
//! no shared objects or its linker is missing, the build goes on: the program then says why it has no library.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    path::Path,
    process::Command,
};

/// What the shared object is made of.
const SOURCES: [&str; 5] = ["client.rs", "codes.rs", "interface.rs", "library.rs", "wire.rs"];

fn main() {
    for source in SOURCES.iter().chain(&["build.rs"]) {
        println!("cargo::rerun-if-changed={source}");
    }
    if env::var_os("CARGO_FEATURE_LIBRARY").is_none() {
        return;
    }
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    let library = Path::new(&out).join("libgalss.so");
    let expression = match compile(&library) {
        Ok(()) => format!("Ok(include_bytes!({library:?}))"),
        Err(why) => {
            println!(
                "cargo::warning=the program will have no GALSS library: {}",
                why.lines().next().unwrap_or_default()
            );
            format!("Err({why:?})")
        }
    };
    fs::write(Path::new(&out).join("library.rs"), expression).expect("cargo's own folder can be written to");
}

fn compile(library: &Path) -> Result<(), String> {
    if env::var_os("CARGO_CFG_UNIX").is_none() {
        return Err("the target is no Unix".into());
    }
    let variable = |name: &str| env::var_os(name).unwrap_or_default();
    let mut rustc = Command::new(variable("RUSTC"));
    rustc.args(["--edition", "2024", "--crate-name", "galss", "--crate-type", "cdylib", "--cap-lints", "allow"]);
    rustc.args(["-C", "opt-level=s", "-C", "codegen-units=1", "-C", "panic=abort", "-C", "strip=symbols"]);
    rustc.arg("--target").arg(variable("TARGET"));
    if variable("CARGO_CFG_TARGET_ENV") == "musl" {
        rustc.args(["-C", "target-feature=-crt-static"]);
    }
    rustc.args(linking(&variable("CARGO_ENCODED_RUSTFLAGS")));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut setting = OsString::from("linker=");
        setting.push(linker);
        rustc.arg("-C").arg(setting);
    }
    // A path that is not of this machine: it stands in what the compiler makes.
    rustc.arg("library.rs").arg("-o").arg(library).current_dir(variable("CARGO_MANIFEST_DIR"));
    match rustc.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("it could not be compiled: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Err(error) => Err(format!("the compiler could not be started: {error}")),
    }
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
