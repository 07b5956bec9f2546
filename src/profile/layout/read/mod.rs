//! From the text of a layout to its model. A layout that was read can be encoded and decoded without further checks of
//! its own consistency.

mod classes;
mod component;
mod files;
mod items;
mod rules;
mod sound;

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use virtuale_engine::{
    Atr,
    image::{ClassImage, Habits},
};

pub(super) use self::{
    files::position,
    items::{Context, Scope, path},
    rules::Governed,
    sound::size,
};

use self::files::Defaults;
use super::{
    super::{
        diagnostic::{Diagnostics, Source},
        families::{Families, Family},
        written::Written,
    },
    Layout,
    fields::{Fields, Placed, Report},
    model::{Application, Body, Chip, File, Item, Known, Structure},
    part::Tables,
    security::{self, MOST_OBJECTS},
};

/// How many applications a layout may have.
const MOST_APPLICATIONS: usize = 64;

/// How many files a layout may have.
const MOST_FILES: usize = 256;

/// The largest chip, in bytes.
const LARGEST_CHIP: usize = 1 << 20;

/// Reads a layout.
pub(super) fn layout(families: &Families, source: &Arc<Source>) -> Result<Layout, Diagnostics> {
    let written = Written::read(source)?;
    let report = Report::new(source);
    let layout = read(families, &report, source, &written);
    match layout {
        Some(layout) => report.finish(layout),
        None => {
            if report.count() == 0 {
                report.mistake(0..0, "this is not a layout", "");
            }
            Err(report.finish(()).err().unwrap_or(Diagnostics(Vec::new())))
        }
    }
}

fn read(families: &Families, report: &Report, source: &Arc<Source>, written: &Written) -> Option<Layout> {
    let top = Fields::of(report, written, "key of a layout")?;
    let name = top.text("layout");
    if !top.has("layout") {
        report.mistake(0..0, "\"layout\" is missing", "a layout begins with its name: layout = \"vitale2\"");
    }
    let family = family(families, &top);
    let keys = top.value("data").cloned();
    let mut names = rules::read(&top);
    let (applications, files) = (top.tables("app", "key of an application"), top.tables("file", "key of a file"));
    // Names are looked up by going through them, so there are no more than are read.
    let of = |tables: &[(Placed<&str>, Fields<'_>)], most: usize| {
        tables.iter().take(most).map(|(name, _)| name.value.to_owned()).collect()
    };
    names.applications = of(&applications, MOST_APPLICATIONS);
    names.files = of(&files, MOST_FILES);
    let private_keys = top.tables("key", "key of a private key");
    names.keys = of(&private_keys, MOST_OBJECTS);
    applications.iter().chain(&files).for_each(|(name, _)| check_name(report, name));
    check_count(report, applications.len(), MOST_APPLICATIONS, "applications");
    check_count(report, files.len(), MOST_FILES, "files");
    names.applets = family.iter().flat_map(|family| family.applets()).copied().collect();
    let scope = Scope::new(&names);
    let card = top.value("card").and_then(|card| Fields::of(report, card, "key of a card"));
    if !top.has("card") {
        report.mistake(0..0, "\"card\" is missing", "the table [card] says what the chip is");
    }
    let card = card?;
    let defaults = Defaults::read(&card);
    let chip = chip(&scope, &card, classes::read(&scope, &top));
    card.finish();
    let mut read_applications = Vec::new();
    let mut references = BTreeSet::new();
    for (index, (name, fields)) in applications.into_iter().take(MOST_APPLICATIONS).enumerate() {
        let application = files::application(&scope, &defaults, index, name.value, &fields);
        let taken = |found: &Application| !found.aids.is_empty() && !references.insert(found.reference);
        if application.as_ref().is_some_and(taken) {
            let hint = "a directory's readers tell applications by \"ref\": write another, or none for 1, 2, ...";
            fields.mistake(format!("the \"ref\" of \"{}\" is another application's", name.value), hint);
        }
        read_applications.extend(application);
        fields.finish();
    }
    let mut read_files = Vec::new();
    for (name, fields) in files.into_iter().take(MOST_FILES) {
        read_files.extend(files::file(&scope, &defaults, name.value, &fields));
        fields.finish();
    }
    // References count files as they were written, so those of further members stand behind all others.
    let mut further = Vec::new();
    for file in &mut read_files {
        let mut members = file.clone().of_members().into_iter();
        *file = members.next()?;
        further.extend(members);
    }
    read_files.append(&mut further);
    check_count(report, read_files.len(), MOST_FILES, "files");
    let part = family.and_then(|family| family.part(&Tables::new(&scope, &top)));
    let components = component::read(&scope, &top);
    let security = security::read(&scope, &top, private_keys);
    top.finish();
    if report.count() > 0 {
        return None;
    }
    check_places(report, &read_applications, &read_files);
    let layout = Layout {
        name: name?.value.to_owned(),
        family: family?,
        source: Arc::clone(source),
        keys,
        chip: chip?,
        applications: read_applications,
        files: read_files,
        part,
        components,
        security,
        checked: OnceLock::new(),
    };
    layout.family.check(&layout, report);
    Some(layout)
}

/// The family that a layout names; without a name, the first of the list, of which the layouts are that were written
/// before there was a second.
fn family(families: &Families, top: &Fields<'_>) -> Option<&'static dyn Family> {
    let Some(name) = top.text("family") else { return families.iter().next().filter(|_| !top.has("family")) };
    let family = families.named(name.value);
    if family.is_none() {
        top.report.unknown("family", &name, families.iter().map(|family| family.name()));
    }
    family
}

fn chip(scope: &Scope<'_>, card: &Fields<'_>, classes: Vec<ClassImage>) -> Option<Chip> {
    let bytes = card.number("chip_bytes", 1..LARGEST_CHIP + 1);
    for key in ["atr", "chip_bytes"].into_iter().filter(|key| !card.has(key)) {
        card.missing(key);
    }
    let known = scope.names.source(card, None);
    let by_contacts = atr(scope, card, "atr", Arc::clone(&known));
    let contactless_atr = card.has("contactless_atr").then(|| atr(scope, card, "contactless_atr", known));
    let atr_key = card.text("atr_from").and_then(|key| path(card, &key));
    let contactless_atr_key = card.text("contactless_atr_from").and_then(|key| path(card, &key));
    let component_key = card.text("component_from").and_then(|key| path(card, &key));
    let opens_by_name = card.flag("opens_by_name").unwrap_or_default();
    let habits = Habits { opens_by_name, ..classes::habits(card) };
    let atr_span = card.value("atr").map_or_else(|| card.span(), |written| written.span.clone());
    let (bytes, bytes_span) = bytes.map(|bytes| (bytes.value, bytes.span))?;
    let atr = by_contacts;
    Some(Chip {
        atr,
        atr_span,
        atr_key,
        contactless_atr,
        contactless_atr_key,
        bytes,
        bytes_span,
        habits,
        classes,
        component_key,
    })
}

/// The items of an answer to reset. One without data of the card file is checked here, else when it is encoded.
fn atr(scope: &Scope<'_>, card: &Fields<'_>, key: &'static str, known: Arc<Known>) -> Vec<Item> {
    let before = card.report.count();
    let items = scope.list(card, key, &Context::new(known));
    // A card file that must give a whole ATR leaves nothing for the layout to say.
    let left_to_card_file = items.is_empty() && card.has("atr_from");
    if let Some(written) = card.value(key).filter(|_| card.report.count() == before && !left_to_card_file)
        && let Some(parts) = items.iter().map(constant).collect::<Option<Vec<_>>>()
        && let Err(error) = Atr::parse(&parts.concat())
    {
        let message = format!("\"{key}\" is not an answer to reset: {error}");
        card.report.mistake(written.span.clone(), message, "TS, T0, what T0 announces, and TCK");
    }
    items
}

fn constant(item: &Item) -> Option<&[u8]> {
    if let Body::Constant(bytes) = &item.body { Some(bytes) } else { None }
}

fn check_name(report: &Report, name: &Placed<&str>) {
    let sound = !name.value.is_empty()
        && name.value.len() <= 32
        && name.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if !sound || name.value == "app" {
        let hint = "letters, digits, _ and -, 32 at most; \"app\" has a meaning of its own";
        report.mistake(name.span.clone(), format!("\"{}\" cannot be a name here", name.value), hint);
    }
}

fn check_count(report: &Report, count: usize, most: usize, what: &str) {
    match count {
        0 if what == "applications" => report.mistake(0..0, "there are no applications", "the first [app] is the MF"),
        _ if count > most => report.mistake(0..0, format!("there are more than {most} {what}"), ""),
        _ => {}
    }
}

/// No two files of one DF have the same identifier or short identifier, and the first application is the MF.
fn check_places(report: &Report, applications: &[Application], files: &[File]) {
    let mut seen = BTreeSet::new();
    for application in applications.iter().filter(|application| application.parent.is_some()) {
        seen.insert((application.parent, application.fid, None));
    }
    for file in files {
        for &parent in &file.parents {
            let fid = seen.insert((Some(parent), file.fid, None));
            let sfi = file.sfi.is_none_or(|_| seen.insert((Some(parent), virtuale_engine::Fid(0), file.sfi)));
            if !fid || !sfi {
                let what = if fid { "short identifier" } else { "identifier" };
                let message = format!("the {what} of \"{}\" is taken in this application", file.name);
                report.mistake(file.span.clone(), message, "");
            }
        }
        if file.parents.is_empty() {
            report.mistake(file.span.clone(), format!("\"{}\" is in no application", file.name), "");
        }
        if let Structure::Transparent { size: None } = file.structure
            && file.content.is_empty()
        {
            let hint = "give it a \"size\" or a \"content\"";
            report.mistake(file.span.clone(), format!("\"{}\" would be empty", file.name), hint);
        }
    }
}
