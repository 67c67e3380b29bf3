//! What the macros write, kept beside what they were given: `src/golden/*.rs` and `src/golden/*.expanded.rs`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p ipc-macros` writes the expansions anew.

use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{File, Item};

/// Expands our macros in a file, where they stand on items of its top level.
fn expand(source: &str) -> String {
    let file: File = syn::parse_str(source).expect("a golden file parses");
    let expanded: TokenStream = file.items.into_iter().map(expand_item).collect();
    let expanded = syn::parse2(expanded).expect("an expansion parses");
    prettyplease::unparse(&expanded)
}

fn expand_item(mut item: Item) -> TokenStream {
    if let Item::Fn(function) = &mut item
        && let Some(index) = function.attrs.iter().position(|attr| attr.path().is_ident("handler"))
    {
        let attr = function.attrs.remove(index);
        let args = attr.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
        return crate::handler::attribute(args, item.into_token_stream());
    }
    if let Item::Trait(found) = &mut item
        && let Some(index) = found.attrs.iter().position(|attr| attr.path().is_ident("service"))
    {
        let attr = found.attrs.remove(index);
        let args = attr.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
        return crate::service::attribute(args, item.into_token_stream());
    }
    let derives = match &item {
        Item::Enum(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => return item.into_token_stream(),
    };
    let derived = |name: &str| derives.iter().any(|attr| attr.to_token_stream().to_string().contains(name));
    let (is_error, is_event) = (derived("IpcError"), derived("Event"));
    let mut tokens = item.to_token_stream();
    if is_error {
        tokens.extend(crate::ipc_error::derive(item.to_token_stream()));
    }
    if is_event {
        tokens.extend(crate::event::derive(item.to_token_stream()));
    }
    tokens
}

#[test]
fn expansions_are_what_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/golden");
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut compared = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".expanded.rs") {
            continue;
        }
        let found = expand(&fs::read_to_string(&path).unwrap());
        let golden = path.with_extension("expanded.rs");
        if update {
            fs::write(&golden, &found).unwrap();
        }
        let expected = fs::read_to_string(&golden).unwrap_or_default();
        assert!(found == expected, "{} expands to something else now:\n{found}", path.display());
        compared += 1;
    }
    assert_eq!(compared, 17, "a golden file is missing");
}
