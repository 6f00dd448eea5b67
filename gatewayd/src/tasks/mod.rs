//! Loops: they watch backends, the host and certificates, and publish what is seen.

mod access_log;
mod aside;
mod backend_metrics;
mod certificates;
mod config_file;
mod drain;
mod eject;
mod expire;
mod mend;
mod metrics;
mod probe;
mod publish;
mod ramp;
mod revert;
mod sample;
mod scale;
mod warm;

pub use access_log::write_access_log;
pub use certificates::{CertificateKeeper, Watched, keep_certificates};
pub use config_file::{ConfigKeeper, keep_config};
pub use drain::drain;
pub use eject::eject;
pub use expire::expire;
pub use mend::mend;
pub use metrics::serve_metrics;
pub use probe::{probe, try_addresses};
pub use publish::{Publish, publish};
pub use ramp::watch_ramps;
pub use revert::{Reverter, revert};
pub use sample::sample_host;
pub use scale::{Scale, scale};
pub use warm::warm;
