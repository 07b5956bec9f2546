//! `[component]`.

use super::{
    super::{
        component::{Component, Lifetime},
        fields::Fields,
    },
    items::Scope,
};

/// The most sessions after which a component may fail.
const MOST_SESSIONS: usize = 1_000_000;

/// Reads `[component.NAME]`.
pub(super) fn read(scope: &Scope<'_>, top: &Fields<'_>) -> Vec<Component> {
    let mut components = Vec::new();
    for (name, fields) in top.tables("component", "key of a component") {
        scope.names.source(&fields, None);
        let bound = |key| {
            let bound = fields.number(key, 0..MOST_SESSIONS).and_then(|bound| u32::try_from(bound.value).ok());
            if !fields.has(key) {
                fields.missing(key);
            }
            bound
        };
        if let (Some(least), Some(most)) = (bound("least"), bound("most")) {
            if least > most {
                fields.mistake("\"least\" is more than \"most\"", "");
            }
            components.push(Component { name: name.value.to_owned(), lifetime: Lifetime { least, most } });
        }
        fields.finish();
    }
    components
}
