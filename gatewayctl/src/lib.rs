//! The dashboard and command line of gatewayd.
