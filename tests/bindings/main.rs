mod contract;

#[test]
fn dump() {
    let d = contract::router().description().unwrap();
    std::fs::write("/tmp/emitter_description.json", serde_json::to_string_pretty(&d).unwrap()).unwrap();
}
