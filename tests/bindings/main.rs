mod contract;
use ipc_bridge::export::TypeScript;
#[test]
fn dump() {
    let d = contract::router().description().unwrap();
    std::fs::create_dir_all("clients/typescript/test/generated").unwrap();
    let t = TypeScript::new().runtime("../../src/bindings.js");
    std::fs::write("clients/typescript/test/generated/bindings.ts", t.clone().write(&d).unwrap_or_else(|e| panic!("{e}"))).unwrap();
    std::fs::write("clients/typescript/test/generated/exact.ts", t.clone().bigint(true).write(&d).unwrap_or_else(|e| panic!("{e}"))).unwrap();
}
