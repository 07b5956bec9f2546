//! The document of the API, held against what is answered.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{super::routes, House, SELECT, VERIFY};

#[test]
fn the_document_of_the_api_has_every_route_and_no_other() {
    let document: Value = serde_json::from_str(routes::OPENAPI).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().expect("paths").iter();
    let told: BTreeSet<(String, String)> = paths
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .expect("methods")
                .keys()
                .map(|method| (method.clone(), path.clone()))
                .collect::<Vec<_>>()
        })
        .collect();
    let routes = routes::routes().into_iter().map(|(method, path, _)| (method.to_owned(), path.to_owned()));
    assert_eq!(told, routes.collect());
}

/// Whether a document is as a schema says, every key of it told.
pub(super) fn check(document: &Value, schema: &Value, schemas: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return check(document, &schemas[name.rsplit('/').next().expect("a name")], schemas, place);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let other = any.iter().find(|schema| schema["type"] != "null").expect("a schema");
        if !document.is_null() {
            check(document, other, schemas, place);
        }
        return;
    }
    match document {
        Value::Object(table) if schema["properties"].is_object() => {
            for (key, value) in table {
                let place = format!("{place}.{key}");
                assert!(schema["properties"][key].is_object(), "{place} is not told");
                check(value, &schema["properties"][key], schemas, &place);
            }
            for key in schema["required"].as_array().into_iter().flatten() {
                assert!(table.contains_key(key.as_str().expect("a name")), "{place}.{key} is missing");
            }
        }
        Value::Array(list) => list.iter().for_each(|each| check(each, &schema["items"], schemas, place)),
        _ => {
            let kind = match document {
                Value::Null => "null",
                Value::Bool(_) => "boolean",
                Value::Number(_) => "integer",
                Value::String(_) => "string",
                _ => "object",
            };
            let told = &schema["type"];
            let fits = *told == kind || told.as_array().is_some_and(|told| told.iter().any(|told| *told == kind));
            assert!(fits, "{place} is {document}, and told to be {told}");
        }
    }
}

#[test]
fn what_is_answered_is_as_the_document_says() {
    let house = House::new();
    house.send(&[&SELECT, &VERIFY]);
    let document: Value = serde_json::from_str(routes::OPENAPI).expect("JSON");
    let schemas = &document["components"]["schemas"];
    let of = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    for entry in house.entries(2) {
        let name = if entry["kind"] == "command" { "Command" } else { "Note" };
        check(&entry, &of(name), schemas, name);
    }
    let seq = house.entries(2).iter().find(|entry| entry["kind"] == "command").expect("one")["seq"].clone();
    for (path, schema) in [
        ("/api/slots", of("Slots")),
        ("/api/cards", of("Cards")),
        ("/api/faces", json!({ "type": "array", "items": of("Face") })),
        ("/api/slots/0/card", of("CardDocument")),
        ("/api/search?q=VITALE", of("Found")),
        (&format!("/api/dialogue/{seq}"), of("Exchange")),
    ] {
        check(&house.json(path), &schema, schemas, path);
    }
    check(&serde_json::from_str(&house.get("/nothing").body).expect("JSON"), &of("Problem"), schemas, "Problem");
}
