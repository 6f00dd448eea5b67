//! Compiles the contract with protox, so that no machine needs protoc.

use std::{env, fs, path::PathBuf};

const FILES: &[&str] = &[
    "gatewayd/v1/access.proto",
    "gatewayd/v1/audit.proto",
    "gatewayd/v1/change.proto",
    "gatewayd/v1/operation.proto",
    "gatewayd/v1/backend.proto",
    "gatewayd/v1/limit.proto",
    "gatewayd/v1/block.proto",
    "gatewayd/v1/certificate.proto",
    "gatewayd/v1/config.proto",
    "gatewayd/v1/scaler.proto",
    "gatewayd/v1/watch.proto",
    "gatewayd/v1/traffic.proto",
    "gatewayd/v1/demo.proto",
];

/// An interface of others, which is none of the admin contract and not told by its reflection.
const KEDA: &str = "externalscaler/externalscaler.proto";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for file in FILES.iter().chain([&KEDA]) {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure().compile_fds(descriptors)?;
    tonic_prost_build::configure().compile_fds(protox::compile([KEDA], ["."])?)?;
    Ok(())
}
