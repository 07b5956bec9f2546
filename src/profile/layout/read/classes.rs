//! Class bytes that have an application of their own, and where chips differ.

use virtuale_engine::{
    StatusWord,
    class::Class,
    image::{ClassImage, FileIndex, Habits, LongLe, Refusals, Told, Waiting},
};

use super::{
    super::fields::{Fields, Placed, unhex},
    Scope,
    files::{applet, position},
};

/// Where a chip, or what answers a class of it, differs from others.
pub(super) fn habits(fields: &Fields<'_>) -> Habits {
    let long_le = match fields.text("long_le") {
        None => LongLe::Warning,
        Some(text) if text.value == "warning" => LongLe::Warning,
        Some(text) if text.value == "refusal" => LongLe::Refused,
        Some(text) => {
            fields.report.unknown("habit", &text, ["warning", "refusal"]);
            LongLe::Warning
        }
    };
    let waiting = fields.byte("waiting").map(|byte| Placed { value: Waiting(byte.value), span: byte.span });
    let is_known = |waiting: &Placed<Waiting>| [Waiting::INTERINDUSTRY, Waiting::GSM].contains(&waiting.value);
    if let Some(Placed { value: Waiting(byte), span }) = waiting.clone().filter(|waiting| !is_known(waiting)) {
        let message = format!("no card says by {byte:02X} that bytes wait");
        fields.report.mistake(span, message, "61, or 9F as GSM cards have it");
    }
    let waiting = waiting.map(|waiting| waiting.value).unwrap_or_default();
    let usual = Refusals::default();
    let refusals = Refusals {
        class: refusal(fields, "unknown_class").unwrap_or(usual.class),
        parameters: refusal(fields, "wrong_parameters").unwrap_or(usual.parameters),
    };
    Habits { long_le, waiting, refusals, told: told(fields), opens_by_name: false }
}

/// A status word that says that a command was not carried out.
fn refusal(fields: &Fields<'_>, key: &'static str) -> Option<StatusWord> {
    let word = fields.word(key)?;
    let status = StatusWord(word.value);
    if !matches!(status.0 >> 8, 0x64..=0x6F) || status.right_le().is_some() {
        let message = format!("{:04X} is no refusal", status.0);
        fields.report.mistake(word.span, message, "64 to 6F, but for 6C, in front");
    }
    Some(status)
}

/// What GET DATA tells of PINs and keys; all of it by default.
fn told(fields: &Fields<'_>) -> Told {
    const NAMES: [&str; 3] = ["pin_size", "non_repudiation", "contactless"];
    let Some(texts) = fields.texts("tells") else { return Told::default() };
    for text in texts.iter().filter(|text| !NAMES.contains(&text.value)) {
        fields.report.unknown("parameter", text, NAMES);
    }
    let [pin_size, non_repudiation, contactless] = NAMES.map(|name| texts.iter().any(|text| text.value == name));
    Told { pin_size, non_repudiation, contactless }
}

/// The classes that applications answer, whatever is selected.
pub(super) fn read(scope: &Scope<'_>, top: &Fields<'_>) -> Vec<ClassImage> {
    let mut classes: Vec<ClassImage> = Vec::new();
    for (name, fields) in top.tables("class", "key of a class") {
        let before = fields.report.count();
        let class = unhex(name.value).and_then(|bytes| <[u8; 1]>::try_from(bytes).ok()).map(|[class]| class);
        let class = class.filter(|&class| class != 0xFF && Class::interindustry(class).is_none());
        if class.is_none() {
            let message = format!("\"{}\" is no class that can have an application", name.value);
            fields.report.mistake(name.span.clone(), message, "a proprietary class byte: 20 to 3F, 80 to FE");
        }
        if class.is_some_and(|class| classes.iter().any(|other| other.class == class)) {
            fields.report.mistake(name.span.clone(), format!("class {} has two applications", name.value), "");
        }
        let app = fields.text("app");
        if !fields.has("app") {
            fields.missing("app");
        }
        let df = app.and_then(|app| position(&fields, "application", &app, &scope.names.applications));
        let (applet, habits) = (applet(scope, &fields), habits(&fields));
        if let (Some(class), Some(df)) = (class, df)
            && fields.report.count() == before
        {
            classes.push(ClassImage { class, df: FileIndex(df), applet, habits });
        }
        fields.finish();
    }
    classes
}
