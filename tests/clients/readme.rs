//! The README's commands that attach other programs, run as they stand there.

use std::{env, fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    Guest, Sandbox,
    programs::{OPENSC, PCSC_SCAN, SHELL},
    trial,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&PCSC_SCAN], "readme::pcsc_scan_names_the_card", pcsc_scan_names_the_card),
        trial(&[&OPENSC], "readme::opensc_tool_prints_the_atr", opensc_tool_prints_the_atr),
        trial(&[&SHELL], "readme::cards_are_swapped_in_a_shell", cards_are_swapped_in_a_shell),
    ]
}

/// It scans until it is interrupted.
fn pcsc_scan_names_the_card(sandbox: &Sandbox) -> Result<(), Failed> {
    let line = format!("exec {}", line_with("-- pcsc_scan")?);
    let mut scan = shell(sandbox, &line)?.start()?;
    scan.line_with("Vitale 2")?;
    scan.interrupt()?;
    Ok(())
}

fn opensc_tool_prints_the_atr(sandbox: &Sandbox) -> Result<(), Failed> {
    shell(sandbox, &line_with("-- opensc-tool")?)?.run()?.exits_with(0)?.says("3b:75:13")?;
    Ok(())
}

fn cards_are_swapped_in_a_shell(sandbox: &Sandbox) -> Result<(), Failed> {
    let readme = readme()?;
    let block = blocks(&readme).find(|block| block.contains("serve --detach")).ok_or("no block with serve --detach")?;
    for verb in ["virtuale remove", "virtuale insert", "virtuale stop"] {
        assert!(block.contains(verb), "the block does not show {verb}");
    }
    shell(sandbox, block)?.run()?.exits_with(0)?;
    Ok(())
}

/// A shell in the root of the repository, with the program under test on its path, that ends at the first failure.
fn shell(sandbox: &Sandbox, script: &str) -> Result<Guest, Failed> {
    let program = Path::new(env!("CARGO_BIN_EXE_virtuale"));
    let own = program.parent().map(Path::to_path_buf);
    let others = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(own.into_iter().chain(env::split_paths(&others)))?;
    let shell = sandbox.program(&["sh", "-e", "-c", script])?.folder(ROOT);
    Ok(shell.variable("PATH", &path.to_string_lossy()))
}

fn readme() -> Result<String, Failed> {
    Ok(fs::read_to_string(Path::new(ROOT).join("README.md"))?)
}

/// The blocks of shell commands.
fn blocks(readme: &str) -> impl Iterator<Item = &str> {
    readme.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next())
}

fn line_with(text: &str) -> Result<String, Failed> {
    let readme = readme()?;
    let mut lines = blocks(&readme).flat_map(str::lines);
    let line = lines.find(|line| line.contains(text)).ok_or_else(|| format!("no command with {text}"))?;
    Ok(line.to_owned())
}
