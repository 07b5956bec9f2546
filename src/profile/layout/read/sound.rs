//! Whether items make sense: alone, and beside each other. What passes can be decoded after it was encoded.

use super::super::{
    fields::Fields,
    model::{Body, Item},
};

/// What makes sense in one item.
pub(super) fn check_item(fields: &Fields<'_>, item: &Item) {
    let tagged = item.tag.is_some();
    if !tagged && item.when.is_some() {
        fields.mistake(
            "\"when\" needs a \"tag\"",
            "without one, a reader of the card could not tell that it is left out",
        );
    }
    if item.each.is_some() && (item.optional || item.when.is_some()) {
        fields.mistake("\"each\" cannot be \"optional\" and has no \"when\"", "an empty list leaves nothing anyway");
    }
    let absent_value = matches!(&item.body, Body::Value { place, .. } if place.length.is_some());
    if item.optional && !tagged && !absent_value {
        fields.mistake(
            "\"optional\" needs a \"tag\" or a \"len\"",
            "without, a reader could not tell that it is left out",
        );
    }
    if item.optional && matches!(item.body, Body::Constant(_) | Body::Text(_) | Body::Computed { .. } | Body::Built(_))
    {
        fields.mistake("what does not come from the card file cannot be \"optional\"", "use \"when\"");
    }
    if !tagged && item.each.is_some() && size(item).is_none_or(|size| size == 0) {
        fields.mistake(
            "\"each\" needs a \"tag\", or items of fixed size",
            "else a reader could not tell one from the next",
        );
    }
    if let (Body::Value { from, .. }, None) = (&item.body, &item.each)
        && from.keys.is_empty()
        && from.from_top
    {
        fields.mistake("the whole card is not a value", "name a key");
    }
}

/// What makes sense beside each other.
pub(super) fn check_order(fields: &Fields<'_>, items: &[Item]) {
    let varies = |item: &Item| item.optional || item.when.is_some() || item.each.is_some();
    for (index, item) in items.iter().enumerate() {
        let after = items.get(index + 1..).unwrap_or_default();
        let mistake = |message: &str, hint: &str| fields.report.mistake(item.span.clone(), message, hint);
        if item.tag.is_some() {
            // One that is always there, and once, is told from those behind it by its place.
            let twin = varies(item) && after.iter().any(|other| other.tag == item.tag);
            if twin {
                mistake("this tag occurs again behind it, and it may be left out or repeated", "use another tag");
            }
            if let Some(untagged) = after.iter().find(|other| other.tag.is_none()).filter(|_| varies(item)) {
                let label = if item.each.is_some() { "this may be repeated" } else { "this may be left out" };
                let message = "an item without tag stands behind one that may be left out or repeated";
                fields.report.related(untagged.span.clone(), message, (item.span.clone(), label), "give it a tag");
            }
        } else if !after.is_empty() && (item.each.is_some() || size(item).is_none()) {
            mistake("only the last item may have any length without a tag", "give it a \"tag\" or a \"len\"");
        }
    }
}

/// How many bytes an item always has, once; `None` if that varies.
pub(in super::super) fn size(item: &Item) -> Option<usize> {
    if item.tag.is_some() {
        return None;
    }
    match &item.body {
        Body::Constant(bytes) => Some(bytes.len()),
        Body::Text(text) => Some(text.len()),
        Body::Group(items) if items.iter().any(|item| item.each.is_some()) => None,
        Body::Group(items) => items.iter().try_fold(0, |sum: usize, item| sum.checked_add(size(item)?)),
        Body::Value { place, .. } | Body::Computed { place, .. } => place.length,
        Body::Built(_) | Body::Either(_) => None,
    }
}

/// Whether an item takes all the bytes that are left, whatever they are. What is built are data objects: it ends where
/// none stands.
pub(super) fn takes_all(item: &Item) -> bool {
    let last = |items: &[Item]| items.last().is_some_and(takes_all);
    item.tag.is_none()
        && match &item.body {
            Body::Constant(_) | Body::Text(_) | Body::Built(_) => false,
            Body::Group(items) => last(items),
            Body::Either(_) => true,
            Body::Value { place, .. } | Body::Computed { place, .. } => place.length.is_none(),
        }
}
