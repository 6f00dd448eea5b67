//! Black-box tests of gatewayd and gatewayctl: the harness they share.

pub mod architecture;
