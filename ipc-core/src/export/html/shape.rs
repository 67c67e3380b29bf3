//! A schema at length: what fields it has, or which forms, and what is said of each.

use serde_json::{Map, Value};

use super::markup::Markup;
use super::notation::{self, Types};
use super::{constraints, prose};

/// Writes the fields of a schema, or its forms, or else the one line that says all of it.
pub(super) fn write(out: &mut Markup, types: &Types<'_>, schema: &Value) {
    let Value::Object(object) = schema else { return line(out, types, schema) };
    let forms = ["oneOf", "anyOf"].into_iter().find_map(|keyword| object.get(keyword)?.as_array());
    let forms = forms.filter(|forms| forms.iter().any(is_telling));
    let parts = object.get("allOf").and_then(Value::as_array).filter(|parts| parts.len() > 1);
    let fields: Vec<_> = notation::properties(object).collect();
    if fields.is_empty() && forms.is_none() && parts.is_none() {
        return line(out, types, schema);
    }
    if !fields.is_empty() {
        table(out, types, &fields);
    }
    if let Some(Value::Object(others)) = object.get("additionalProperties").filter(|_| !fields.is_empty()) {
        out.raw("<p class=\"note\">Any other field: ");
        notation::write(out, types, &Value::Object(others.clone()));
        out.raw("</p>");
    }
    for part in parts.into_iter().flatten() {
        write(out, types, part);
    }
    if let Some(forms) = forms {
        if !fields.is_empty() {
            out.raw("<p class=\"note\">and what is in one of these:</p>");
        }
        out.raw("<ul class=\"forms\">");
        for form in forms {
            out.raw("<li>");
            one_form(out, types, form);
            out.raw("</li>");
        }
        out.raw("</ul>");
    }
}

/// Whether the one line that a signature has for a schema says all of it.
pub(super) fn is_one_line(schema: &Value) -> bool {
    let Value::Object(object) = schema else { return true };
    let parts =
        ["anyOf", "oneOf", "allOf", "prefixItems"].into_iter().filter_map(|keyword| object.get(keyword)?.as_array());
    let others = ["items", "additionalProperties"].into_iter().filter_map(|keyword| object.get(keyword));
    !["$ref", "description", "deprecated", "x-ipc-sensitive"].into_iter().any(|keyword| object.contains_key(keyword))
        && constraints::of(schema).is_empty()
        && parts.flatten().chain(others).all(is_one_line)
        && notation::properties(object).all(|(_, schema, _)| is_one_line(schema))
}

/// Whether a form says more than its notation does.
fn is_telling(form: &Value) -> bool {
    form.get("description").is_some() || form.get("properties").is_some()
}

fn one_form(out: &mut Markup, types: &Types<'_>, form: &Value) {
    let name = form.as_object().and_then(name_of);
    match &name {
        Some(name) => {
            out.element("code", "form", name);
        }
        None => line(out, types, form),
    }
    if let Some(Value::String(doc)) = form.get("description") {
        prose::write(out, types, doc);
    }
    if form.get("properties").is_some() {
        write(out, types, &without_description(form));
    }
}

/// What a form is known by: the tag among its fields, or the one field that it has.
fn name_of(form: &Map<String, Value>) -> Option<String> {
    if let Some(Value::String(title)) = form.get("title") {
        return Some(title.clone());
    }
    let fields: Vec<_> = notation::properties(form).collect();
    let tag = fields.iter().find_map(|(_, schema, _)| schema.get("const")?.as_str());
    match (tag, fields.as_slice()) {
        (Some(tag), _) => Some(tag.to_owned()),
        (None, [(name, _, true)]) => Some((*name).to_owned()),
        _ => None,
    }
}

fn without_description(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(schema) = &mut schema {
        schema.remove("description");
    }
    schema
}

/// Writes the type of a value, and what is demanded of it.
pub(super) fn line(out: &mut Markup, types: &Types<'_>, schema: &Value) {
    out.raw("<p class=\"line\"><code class=\"type\">");
    notation::write(out, types, schema);
    out.raw("</code>");
    chips(out, schema);
    out.raw("</p>");
}

fn table(out: &mut Markup, types: &Types<'_>, fields: &[(&str, &Value, bool)]) {
    out.raw("<div class=\"scroll\"><table class=\"fields\"><tbody>");
    for (name, schema, required) in fields {
        out.raw("<tr><th scope=\"row\">").element("code", "field", name);
        if !required {
            out.raw("<span class=\"optional\" title=\"may be left out\">?</span>");
        }
        out.raw("</th><td><code class=\"type\">");
        notation::write(out, types, schema);
        out.raw("</code>");
        chips(out, schema);
        if let Some(Value::String(doc)) = schema.get("description") {
            prose::write(out, types, doc);
        }
        out.raw("</td></tr>");
    }
    out.raw("</tbody></table></div>");
}

fn chips(out: &mut Markup, schema: &Value) {
    for constraint in constraints::of(schema) {
        out.raw(" ").element("span", "chip", &constraint);
    }
    if schema.get("x-ipc-sensitive").is_some_and(|sensitive| sensitive == true) {
        out.raw(" <span class=\"chip secret\" title=\"kept out of logs and messages\">secret</span>");
    }
    if schema.get("deprecated").is_some_and(|deprecated| deprecated == true) {
        out.raw(" <span class=\"chip warn\">deprecated</span>");
    }
}
