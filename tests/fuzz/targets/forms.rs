//! Care forms: a form file as text, and the files of a form that somebody else made.
//!
//! The first byte says which: `T` begins a text, `B` the bytes of a form, `S` a signature, `E` what is enciphered.

use virtuale::{
    profile::authority::Body,
    terminal::form::{
        Container, FormFile, file, sealing,
        trust::Trust,
        verify::{Files, verify},
    },
};

use super::text;

/// Reads what the first byte says. A form is written back as it was read.
pub(super) fn run(data: &[u8]) {
    let Some((kind, data)) = data.split_first() else { return };
    match kind {
        b'B' => {
            if let Ok(container) = Container::decode(data) {
                assert_eq!(container.encode(), data, "a form was written otherwise");
            }
            judge(Files { form: data.to_vec(), ..Files::default() });
        }
        b'S' => judge(Files { form: Vec::new(), professional: Some(data.to_vec()), vitale: Some(data.to_vec()) }),
        b'E' => {
            let key = Body::from_seed(0).expect("a body").key;
            let _ = sealing::open(data, &key);
        }
        _ => {
            let source = text::source(data);
            if source.text.len() > file::LONGEST {
                return;
            }
            if let Err(diagnostics) = FormFile::read((*source).clone(), text::OPTIONS.today) {
                text::judge(&diagnostics);
            }
        }
    }
}

/// Nobody is trusted: the roots take long to make.
fn judge(files: Files) {
    let outcome = verify(&files, &Trust::default());
    assert!(!outcome.is_good() || outcome.signatures.is_empty(), "a signature is trusted by nobody");
}
