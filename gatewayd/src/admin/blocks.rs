//! The service `Blocks`.

use std::net::IpAddr;
use std::time::Duration;

use gateway_proto as wire;
use gateway_proto::add_block_request::End;
use gateway_proto::blocks_server::Blocks;
use ipnet::IpNet;
use tonic::{Request, Response, Status};

use super::Admin;
use super::rejection::invalid;
use crate::model::{Change, unwrapped, unwrapped_network};

/// The most networks that one change names.
const MOST_NETWORKS: usize = 1000;
/// The longest time that something ends after.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

#[tonic::async_trait]
impl Blocks for Admin {
    async fn add(
        &self,
        request: Request<wire::AddBlockRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((add(&asked)?, asked.intent))).await
    }

    async fn remove(
        &self,
        request: Request<wire::RemoveBlocksRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((remove(&asked)?, asked.intent))).await
    }
}

pub(super) fn add(request: &wire::AddBlockRequest) -> Result<Change, Status> {
    let own = match request.own_address.as_str() {
        "" => None,
        text => Some(unwrapped(text.parse().map_err(|error| invalid("own_address", error))?)),
    };
    let ttl = match request.end {
        Some(End::TtlMs(ms)) => Some(ttl(ms)?),
        Some(End::Permanent(true)) => None,
        Some(End::Permanent(false)) | None => {
            return Err(invalid("ttl_ms", "say for how long, or that it is permanent"));
        }
    };
    Ok(Change::AddBlock { network: network("network", &request.network)?, ttl, own })
}

pub(super) fn remove(request: &wire::RemoveBlocksRequest) -> Result<Change, Status> {
    if !(1..=MOST_NETWORKS).contains(&request.networks.len()) {
        return Err(invalid("networks", format!("name 1 to {MOST_NETWORKS}")));
    }
    let networks = request.networks.iter().map(|text| network("networks", text));
    networks.collect::<Result<_, _>>().map(Change::RemoveBlocks)
}

/// How long something holds.
pub(super) fn ttl(ms: u64) -> Result<Duration, Status> {
    let ttl = Duration::from_millis(ms);
    if !(Duration::from_secs(1)..=LONGEST).contains(&ttl) {
        return Err(invalid("ttl_ms", "expected a second to a year"));
    }
    Ok(ttl)
}

/// An address alone is a network of one; one of IPv4 may be written as IPv6.
fn network(field: &str, text: &str) -> Result<IpNet, Status> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(unwrapped(address).into());
    }
    let wrong = || invalid(field, format!("{text:?} is not like 192.0.2.7 or 192.0.2.0/24"));
    let network: IpNet = text.parse().map_err(|_| wrong())?;
    if network.trunc() != network {
        let what =
            format!("{text:?} has bits set behind its prefix: did you mean {}?", network.trunc());
        return Err(invalid(field, what));
    }
    Ok(unwrapped_network(network))
}
