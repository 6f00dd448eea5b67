//! Keys of limits without a request: what is counted of a client, or of a value.

use std::net::IpAddr;

use crate::model::LimitKey;
use crate::policy;

use super::{LimitTable, Limiter, Seat, Tier};

impl Limiter {
    /// What a count of `limit` has of `client` on `route`; `None` where that takes more than these
    /// to know.
    #[must_use]
    pub fn key_of_client(
        &self,
        limit: &LimitTable,
        (tier, seat): (Tier, &Seat),
        client: IpAddr,
        route: &str,
    ) -> Option<u64> {
        let bits = match (tier, limit.wide) {
            (Tier::Wide, Some(wide)) => wide.prefix,
            _ => limit.v6_prefix,
        };
        let prefix = policy::limit_prefix(client, bits);
        self.key_of_parts(limit, seat, |part| match part {
            LimitKey::ClientIp => Some(&prefix),
            LimitKey::Route => Some(route.as_bytes()),
            LimitKey::Global => Some(&[]),
            LimitKey::Header(_) | LimitKey::Cookie(_) => None,
        })
    }

    /// What a limit that counts by one part, and not by address, has of that `value`.
    #[must_use]
    pub fn key_of_value(&self, limit: &LimitTable, seat: &Seat, value: &str) -> Option<u64> {
        let alone = limit.key.parts().len() == 1;
        self.key_of_parts(limit, seat, |part| match part {
            LimitKey::Header(_) | LimitKey::Cookie(_) | LimitKey::Route if alone => {
                Some(value.as_bytes())
            }
            _ => None,
        })
    }

    fn key_of_parts<'a>(
        &self,
        limit: &LimitTable,
        seat: &Seat,
        bytes: impl Fn(&LimitKey) -> Option<&'a [u8]>,
    ) -> Option<u64> {
        let mut key = None;
        for part in limit.key.parts() {
            let bytes = bytes(part)?;
            key = Some(match key {
                None => self.key(seat, bytes),
                Some(before) => self.joined(before, bytes),
            });
        }
        key
    }
}
