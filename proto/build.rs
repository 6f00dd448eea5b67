//! Compiles the contract with protox, so that no machine needs protoc.

use std::{env, fs, path::PathBuf};

const FILES: [&str; 7] = [
    "gatewayd/v1/change.proto",
    "gatewayd/v1/backend.proto",
    "gatewayd/v1/limit.proto",
    "gatewayd/v1/block.proto",
    "gatewayd/v1/scaler.proto",
    "gatewayd/v1/watch.proto",
    "gatewayd/v1/demo.proto",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    Ok(())
}
