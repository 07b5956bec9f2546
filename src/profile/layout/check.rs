//! Whether a layout and the keys of card files agree: every key that it places exists and is of a kind that its coding
//! can hold.

use std::{cell::RefCell, collections::BTreeSet};

use super::{
    super::{
        diagnostic::Diagnostics,
        nearest,
        schema::{Key, Kind, Schema},
    },
    Layout,
    coding::Coding,
    fields::Report,
    model::{Body, Builder, Each, File, Item, Member, Path, Structure},
    security::{Object, ObjectKind, builds},
};

/// Walks the items of a layout.
struct Check<'a> {
    schema: &'a Schema,
    report: &'a Report,
    /// The keys that it met, in full.
    met: RefCell<BTreeSet<String>>,
}

/// The keys of `schema` that `layout` has a place or a use for, in full; or what of the layout they cannot give.
pub(super) fn check(layout: &Layout, schema: &Schema) -> Result<BTreeSet<String>, Diagnostics> {
    let report = Report::new(&layout.source);
    let check = Check { schema, report: &report, met: RefCell::default() };
    walk(layout, &check);
    let mut placed = check.met.into_inner();
    placed.extend(layout.part.iter().flat_map(|part| part.keys()));
    placed.extend(layout.chip.component_key.iter().map(|path| path.keys.join(".")));
    placed.insert("layout".into());
    let is_beside = |path: &str| {
        let top = path.split('.').next().unwrap_or_default();
        layout.family.beside().contains(&top)
    };
    placed.extend(schema.keys().into_iter().map(|(path, _)| path).filter(|path| is_beside(path)));
    report.finish(placed)
}

fn walk(layout: &Layout, check: &Check<'_>) {
    check.items(&layout.chip.atr, "");
    layout.applications.iter().flat_map(|application| &application.objects).for_each(|object| {
        check.items(&object.content, "");
    });
    layout.files.iter().for_each(|file| check.file(file));
    for path in [&layout.chip.atr_key, &layout.chip.contactless_atr_key].into_iter().flatten() {
        check.path(path, "");
    }
    security(check, layout);
}

/// The PINs, keys and holder that card files give.
fn security(check: &Check<'_>, layout: &Layout) {
    let is_digits = |kind: &Kind| matches!(kind, Kind::Digits { .. } | Kind::Code { .. });
    let is_bytes = |kind: &Kind| matches!(kind, Kind::Bytes { .. });
    for object in &layout.security.objects {
        match &object.kind {
            ObjectKind::Pin { from, left, .. } => {
                check.kind(from, "", is_digits, "digits or a code");
                let tries = u64::from(object.tries.unwrap_or(0));
                let is_count = |kind: &Kind| matches!(kind, Kind::Number { max, .. } if *max <= tries);
                left.iter().for_each(|left| check.kind(left, "", is_count, "a number, no greater than \"tries\""));
            }
            ObjectKind::KeySet { mac, encryption, .. } => {
                check.kind(mac, "", is_bytes, "bytes");
                check.kind(encryption, "", is_bytes, "bytes");
            }
            ObjectKind::Key(key) => {
                check.items(&key.authorisation, "");
                let is_day = |kind: &Kind| matches!(kind, Kind::Date { .. });
                key.certified.iter().flatten().for_each(|day| check.kind(day, "", is_day, "a date"));
                key.card.iter().for_each(|card| check.kind(card, "", is_digits, "digits or a code"));
                let application = layout.applications.get(object.application);
                let is_numbered = application.is_some_and(|application| !application.serial_number.is_empty());
                if !key.authorisation.is_empty() && !is_numbered {
                    let message = format!("the certificate of \"{}\" has nobody to name", object.name);
                    check.report.mistake(object.span.clone(), message, "its application needs a \"serial_number\"");
                }
            }
            ObjectKind::Root(_) => {}
        }
    }
    for file in &layout.files {
        let has = |builder: &Builder| builds(&file.content, *builder);
        if Builder::NAMED.iter().any(|(_, builder)| has(builder)) && layout.security.token.is_none() {
            check.report.mistake(file.span.clone(), "what is built needs a table [token]", "it says whose card it is");
        }
        let token = layout.security.token.as_ref();
        if has(&Builder::TokenInfo) && token.is_some_and(|token| token.manufacturer.is_none() || token.label.is_none())
        {
            let message = "TokenInfo needs \"manufacturer\" and \"label\" in the table [token]";
            check.report.mistake(file.span.clone(), message, "they are text in quotes");
        }
        if Builder::CERTIFICATES.iter().any(has) && file.key.is_none() {
            check.report.mistake(file.span.clone(), "a certificate needs the \"key\" that it is about", "");
        }
        let object = file.key.and_then(|key| layout.security.objects.get(key));
        let is_certified =
            |object: &Object| matches!(&object.kind, ObjectKind::Key(key) if !key.authorisation.is_empty());
        if [Builder::CvCertificate, Builder::CvAuthority].iter().any(has)
            && let Some(object) = object.filter(|object| !is_certified(object))
        {
            let message = format!("the key \"{}\" has no card-verifiable certificate", object.name);
            check.report.mistake(file.span.clone(), message, "it has one with an \"authorisation\"");
        }
    }
    if let Some(keys) = &layout.security.card_keys {
        check.kind(&keys.list, "", |kind| matches!(kind, Kind::List { .. }), "a list");
        let list = keys.list.keys.join(".");
        let words = |kind: &Kind| matches!(kind, Kind::Enumeration(_));
        check.kind(&keys.name, &list, words, "an enumeration");
        check.kind(&keys.sort, &list, words, "an enumeration");
        check.kind(&keys.seed, &list, |kind| matches!(kind, Kind::Number { .. }), "a number");
        check.kind(&keys.file, &list, |kind| matches!(kind, Kind::Text { .. }), "text");
    }
    for path in layout.security.token.iter().flat_map(|token| &token.holder) {
        check.kind(path, "", is_text, "text");
    }
    if let Some(token) = &layout.security.token {
        check.items(&token.serial, "");
    }
    for (number, application) in layout.applications.iter().enumerate() {
        check.items(&application.serial_number, "");
        let is_list = |file: &File| {
            file.parents.contains(&number)
                && matches!(file.structure, Structure::Transparent { .. })
                && file.words.is_none()
        };
        if let Some(fid) = application.revoked
            && !layout.files.iter().any(|file| file.fid == fid && is_list(file))
        {
            let message = format!("\"{}\" has no transparent file {fid} to list who is revoked", application.name);
            check.report.mistake(application.span.clone(), message, "\"revoked\" is the identifier of a [file]");
        }
    }
}

impl Check<'_> {
    fn items(&self, items: &[Item], prefix: &str) {
        items.iter().for_each(|item| self.item(item, prefix));
    }

    /// The items of a file; those of one that is about a member of a list count from there.
    fn file(&self, file: &File) {
        if let Some(when) = &file.when {
            self.path(when, "");
        }
        let Some(Member { list, .. }) = &file.member else { return self.items(&file.content, "") };
        if let Some(prefix) = self.list(list, "") {
            self.items(&file.content, &prefix);
        }
    }

    /// The path of a list in full, which must be one.
    fn list(&self, list: &Path, prefix: &str) -> Option<String> {
        let (path, key) = self.path(list, prefix)?;
        if !matches!(key.kind, Kind::List { .. }) {
            self.report.mistake(list.span.clone(), format!("\"{path}\" is no list, so it has no \"each\""), "");
            return None;
        }
        Some(path)
    }

    fn item(&self, item: &Item, prefix: &str) {
        if let Some((key, _)) = &item.required_when {
            self.path(key, "");
        }
        if let Some(when) = &item.when {
            self.path(when, prefix);
        }
        let mut inner = prefix.to_owned();
        if let Some(Each::Member { list, .. }) = &item.each {
            let Some(path) = self.list(list, prefix) else { return };
            inner = path;
        }
        match &item.body {
            Body::Group(items) => self.items(items, &inner),
            Body::Either(ways) => ways.iter().for_each(|way| {
                self.path(&way.when, &inner);
                self.items(&way.items, &inner);
            }),
            Body::Value { from, otherwise, place } => {
                for path in [Some(from), otherwise.as_ref()].into_iter().flatten() {
                    self.value(path, &inner, item, &place.coding);
                }
            }
            Body::Constant(_) | Body::Text(_) | Body::Computed { .. } | Body::Built(_) => {}
        }
    }

    /// A key must hold what the coding can write.
    fn value(&self, path: &Path, prefix: &str, item: &Item, coding: &Coding) {
        let Some((path, key)) = self.path(path, prefix) else { return };
        if !can_hold(coding, &key.kind) {
            let message = format!("the coding of \"{path}\" cannot hold what card files have under this key");
            self.report.mistake(item.span.clone(), message, "docs/layouts.md says which coding goes with which type");
        }
    }

    /// A path must lead to a key of some kind.
    fn kind(&self, path: &Path, prefix: &str, right: impl Fn(&Kind) -> bool, what: &str) {
        let span = path.span.clone();
        if let Some((path, key)) = self.path(path, prefix)
            && !right(&key.kind)
        {
            self.report.mistake(span, format!("\"{path}\" must be {what} in card files"), "");
        }
    }

    /// The key of a path, and the path in full.
    fn path(&self, path: &Path, prefix: &str) -> Option<(String, &Key)> {
        let prefix = if path.from_top { "" } else { prefix };
        let keys = path.keys.iter().map(String::as_str);
        let whole = prefix.split('.').filter(|key| !key.is_empty()).chain(keys).collect::<Vec<_>>().join(".");
        if let Some(key) = self.schema.key(&whole) {
            self.met.borrow_mut().insert(whole.clone());
            return Some((whole, key));
        }
        if self.report.is_full() {
            return None;
        }
        let known: Vec<String> = self.schema.keys().into_iter().map(|(path, _)| path).collect();
        let hint = nearest::hint(&whole, known.iter().map(String::as_str));
        let hint = hint
            .map_or_else(|| format!("declare it in a table [data.\"{whole}\"] of the layout"), |hint| hint.to_string());
        self.report.mistake(path.span.clone(), format!("card files have no key \"{whole}\""), &hint);
        None
    }
}

/// Whether a coding can hold what is written under a kind of key.
fn can_hold(coding: &Coding, kind: &Kind) -> bool {
    match coding {
        Coding::Ascii | Coding::Latin1 | Coding::Bcd | Coding::Marked { .. } => is_text(kind),
        Coding::Luhn { .. } | Coding::Choice(_) => is_text(kind),
        Coding::Digits => is_text(kind) || matches!(kind, Kind::Number { .. }),
        Coding::Date { .. } => matches!(kind, Kind::Date { .. }),
        Coding::Number => matches!(kind, Kind::Number { .. }),
        Coding::Flag { .. } => matches!(kind, Kind::Flag),
        Coding::Blob => matches!(kind, Kind::Bytes { .. } | Kind::Atr { .. }),
        Coding::Address { .. } => false,
    }
}

fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text { .. } | Kind::Digits { .. } | Kind::Code { .. } | Kind::Nir | Kind::Enumeration(_))
}
