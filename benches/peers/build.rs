//! Writes the gRPC service's code, and tells the program the versions that it is built with.

use std::error::Error;
use std::fs;

use tonic_build::manual::{Builder, Method, Service};

/// The packages whose versions the table shows.
const SHOWN: [&str; 5] = ["jsonrpsee", "tarpc", "tonic", "zbus", "zlink"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=Cargo.lock");
    let lock = fs::read_to_string("Cargo.lock")?;
    for package in SHOWN {
        let version = version_in(&lock, package).ok_or_else(|| format!("{package} is not in Cargo.lock"))?;
        println!("cargo::rustc-env={}_VERSION={version}", package.to_uppercase());
    }
    // Without a .proto file, so that nobody needs protoc: the messages are in src/tonic.rs, and what travels is the same.
    let method = |name: &str, route: &str, message: &str| {
        let message = format!("crate::tonic::{message}");
        let method = Method::builder().name(name).route_name(route);
        method.input_type(&message).output_type(message).codec_path("tonic_prost::ProstCodec")
    };
    let service = Service::builder()
        .name("Echo")
        .package("bench")
        .method(method("echo", "Echo", "Item").build())
        .method(method("echo_text", "EchoText", "Text").build())
        .method(method("echo_bytes", "EchoBytes", "Data").build())
        .method(method("publish", "Publish", "Ids").output_type("crate::tonic::Done").build())
        .method(method("subscribe", "Subscribe", "Item").input_type("crate::tonic::Done").server_streaming().build())
        .build();
    Builder::new().build_transport(false).compile(&[service]);
    Ok(())
}

fn version_in<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let (_, entry) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    entry.split('"').next()
}
