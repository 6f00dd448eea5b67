//! Probes of an address that is not a backend's yet, between the wire and the model.

use std::net::IpAddr;

use gateway_proto as wire;
use tonic::{Request, Response, Status};

use super::caller::actor_of;
use super::rejection::{invalid, rejected, too_often};
use super::{Admin, change};
use crate::model::{Name, ProbeReport, Rejection, is_no_backend};

/// The longest name of a host (RFC 1035 section 2.3.4).
const LONGEST_HOST: usize = 253;

impl Admin {
    /// Has the address tried that is asked for, as its pool would.
    pub(super) async fn try_address(
        &self,
        request: Request<wire::ProbeRequest>,
    ) -> Result<Response<wire::ProbeReport>, Status> {
        self.prober.admit(&actor_of(&request)).map_err(too_often)?;
        let asked = request.into_inner();
        let name: Name = change::name("pool", &asked.pool)?;
        let whom = host_and_port(&asked.address)?;
        let desired = self.writer.desired();
        let Some(pool) = desired.gateway.pool(name.as_str()) else {
            return Err(rejected(&Rejection::Unknown { noun: "pool", name, nearest: None }));
        };
        let (h2, check) = (pool.h2, pool.health.clone());
        let report = self.prober.probe(whom, h2, check).await;
        let report = report.ok_or_else(|| Status::unavailable("the gateway is stopping"))?;
        Ok(Response::new(told(report)))
    }
}

fn host_and_port(address: &str) -> Result<(String, u16), Status> {
    let grammar = || {
        let what = "expected 10.0.0.13:9000, [2001:db8::1]:9000 or a name with its port";
        invalid("address", what)
    };
    let (host, port) = address.rsplit_once(':').ok_or_else(grammar)?;
    let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(grammar)?;
    let within = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match within {
        Some(address) if address.contains(':') => address,
        Some(_) => return Err(grammar()),
        None => host,
    };
    let parsed = host.parse::<IpAddr>();
    let is_name = |it: char| it.is_ascii_alphanumeric() || "-._".contains(it);
    match parsed {
        Ok(address) => match is_no_backend(address) {
            Some(why) => return Err(invalid("address", why)),
            None if address.is_ipv6() != within.is_some() => return Err(grammar()),
            None => {}
        },
        Err(_) if host.is_empty() || host.len() > LONGEST_HOST || !host.chars().all(is_name) => {
            return Err(grammar());
        }
        Err(_) => {}
    }
    Ok((host.to_owned(), port))
}

fn told(report: ProbeReport) -> wire::ProbeReport {
    let step = |it: crate::model::ProbeStep| wire::ProbeStep {
        step: it.step.to_owned(),
        passed: it.passed,
        what: it.what,
        took_ms: it.took.as_secs_f64() * 1e3,
    };
    wire::ProbeReport {
        steps: report.steps.into_iter().map(step).collect(),
        address: report.address.map(|it| it.to_string()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_a_port_and_is_no_place_of_others() {
        let read = |address| host_and_port(address).ok();
        let known = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(read("10.0.0.1:9000"), known("10.0.0.1", 9000));
        assert_eq!(read("[2001:db8::1]:80"), known("2001:db8::1", 80));
        assert_eq!(read("app-9.internal:80"), known("app-9.internal", 80));
        for wrong in [
            "",
            "10.0.0.1",
            "10.0.0.1:0",
            "10.0.0.1:70000",
            "2001:db8::1:80",
            "[10.0.0.1]:80",
            ":80",
            "a/b:80",
            "169.254.169.254:80",
            "[fe80::1]:80",
            "0.0.0.0:80",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
