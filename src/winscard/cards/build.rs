//! Gives the library the name that programs have of pcsc-lite's.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var_os("CARGO_CFG_TARGET_OS").is_some_and(|system| system == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libpcsclite.so.1");
        // What cards keep is there until the program ends, also where it closes the library and loads it again.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
        // The functions of GALSS are in what it is made of, and no part of it.
        println!("cargo::rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
    }
}
