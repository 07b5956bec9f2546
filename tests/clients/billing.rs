//! What billing software gets, by programs of others: documents of `read --format json` are held against the published
//! schema by a validator of JSON Schema, and the XML is parsed.

use std::{fs, path::Path};

use libtest_mimic::{Failed, Trial};

use crate::harness::{
    PYTHON, Sandbox, card, file,
    programs::{JSONSCHEMA, PYTHON_ALONE},
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(&[&JSONSCHEMA], "billing::documents_are_of_the_schema", documents_are_of_the_schema),
        trial(&[&PYTHON_ALONE], "billing::the_xml_is_parsed", the_xml_is_parsed),
    ]
}

/// Every document of the snapshots, those of cards that gave nothing included.
fn documents_are_of_the_schema(sandbox: &Sandbox) -> Result<(), Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/billing");
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<std::io::Result<Vec<_>>>()?;
    let documents = files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    let documents: Vec<String> = documents.map(|file| file.display().to_string()).collect();
    if documents.len() < 20 {
        return Err(format!("where are the snapshots? {documents:?}").into());
    }
    let virtuale = [env!("CARGO_BIN_EXE_virtuale"), "read", "--format", "json", "--configuration"];
    let readers = sandbox.exec(&[&card("vitale2-martin")], &virtuale)?.run()?;
    readers.exits_with(0)?;
    let file_of_readers = sandbox.home().join("readers.json");
    fs::write(&file_of_readers, readers.out)?;
    let documents: Vec<String> = documents.into_iter().chain([file_of_readers.display().to_string()]).collect();
    let (script, schema) =
        (file("billing/schema.py"), concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schemas/billing-1.json"));
    let words = [PYTHON, &script, schema].into_iter().chain(documents.iter().map(String::as_str));
    let words: Vec<&str> = words.collect();
    sandbox.program(&words)?.run()?.exits_with(0)?.says(" refused")?;
    Ok(())
}

fn the_xml_is_parsed(sandbox: &Sandbox) -> Result<(), Failed> {
    let (script, hostile) = (file("billing/parsed.py"), file("billing/hostile.toml"));
    let words = [PYTHON, &script, env!("CARGO_BIN_EXE_virtuale"), &hostile];
    sandbox.program(&words)?.run()?.exits_with(0)?.says("parsed")?;
    Ok(())
}
