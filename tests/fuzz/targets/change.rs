//! Change files: read one, and apply it to the card of a family as its issuer reads it.
//!
//! What it makes of the card must be a card whose files differ from those before where it says so, and which the same
//! change makes no other.

use std::{path::Path, sync::OnceLock};

use virtuale::{
    profile::{
        Profile,
        change::{Amendment, Change, Subject},
        diagnostic::Source,
        parse,
    },
    terminal::update::Plan,
};

use super::text;

/// Reads a change file and applies it.
pub(super) fn run(data: &[u8]) {
    let source = text::source(data);
    let change = match Change::read(Source::clone(&source), text::OPTIONS.today) {
        Ok(change) => change,
        Err(diagnostics) => return text::judge(&diagnostics),
    };
    let family = family();
    let subject = Subject { layout: family.layout(), data: family.data(), place: "a card", base: None, atr: None };
    let Amendment { data, differences, files, erased } = match change.amend(&subject) {
        Ok(amendment) => amendment,
        Err(diagnostics) => return text::judge(&diagnostics),
    };
    assert!(files.iter().all(|file| file.before.len() == file.after.len() && file.before != file.after));
    assert!(!differences.is_empty() || files.is_empty(), "a file changes, and no key does");
    let amendment = Amendment { data, differences, files, erased };
    let writes = !(amendment.files.is_empty() && amendment.erased.is_empty());
    assert!(Plan::new(&amendment, &[], family.layout()).is_err() == writes, "no file was read");
    let text = change.amended_card_file(&subject, Path::new("")).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let amended = parse(Source { name: "amended".into(), text }, None, &text::OPTIONS);
    let amended = amended.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let again = Subject { data: amended.data(), ..subject };
    let again = change.amend(&again).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    assert!(again.files.is_empty(), "a second time it changes {:?}", again.differences);
}

/// The card that changes are applied to.
fn family() -> &'static Profile {
    static FAMILY: OnceLock<Profile> = OnceLock::new();
    FAMILY.get_or_init(|| {
        let text = virtuale_applets::cards::VITALE2_MARTIN.to_owned();
        let profile = parse(Source { name: "family".into(), text }, None, &text::OPTIONS);
        profile.unwrap_or_else(|mistakes| panic!("{mistakes}"))
    })
}
