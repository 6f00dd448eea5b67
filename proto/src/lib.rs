//! The admin contract: messages and services generated from the `.proto` files beside this crate.

#![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated; documented in the proto")]

tonic::include_proto!("gatewayd.v1");

/// The encoded `FileDescriptorSet` of the contract, for gRPC reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// KEDA's interface for scalers of others.
pub mod externalscaler {
    tonic::include_proto!("externalscaler");
}
