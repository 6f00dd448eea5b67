//! The terminal tool's entry point.

fn main() {}
