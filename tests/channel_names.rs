//! The macro and the core have each their own check of channel names, because the core depends on the macros.

use std::fs;
use std::path::Path;

use ipc_bridge::channel;

/// The channel of a UI case: the first text in its `#[handler("…")]`.
fn channel_of(source: &str) -> Option<&str> {
    source.split_once("#[handler(\"")?.1.split('"').next()
}

#[test]
fn the_core_refuses_what_the_macro_refuses_and_takes_what_it_takes() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui/handler");
    let (mut refused, mut taken) = (0, 0);
    for folder in ["fail", "pass"] {
        for entry in fs::read_dir(ui.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            let Some(name) = channel_of(&source) else { continue };
            let message = fs::read_to_string(path.with_extension("stderr")).unwrap_or_default();
            let by_macro = message.contains("channel's name") || message.contains("the namespace `ipc`");
            let by_core = channel::check(name).is_err();
            assert_eq!(by_macro, by_core, "`{name}` in {}", path.display());
            *(if by_core { &mut refused } else { &mut taken }) += 1;
        }
    }
    assert!(refused >= 7 && taken >= 20, "{refused} refused, {taken} taken");
}
