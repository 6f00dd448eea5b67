//! Sessions: a signed cookie binds a client of a sticky pool to a backend.
//!
//! The cookie says until when it holds and on which backend, by a number that is the same in every
//! process, and is signed with a key that the gateway keeps. One that is not, or not any more, is as
//! good as none.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::COOKIE;

use crate::policy;
use crate::state::{Flight, Leaving, PoolTable, StickyTable};

use super::fields::FieldLines;
use super::worker::Worker;

/// Until when, and which backend.
const CLAIM_BYTES: usize = 4 + 8;
const TAG_BYTES: usize = 12;

/// What signs the cookies of sticky pools.
#[derive(Debug)]
pub struct SessionKey(hmac::Key);

/// Of a request to a sticky pool.
#[derive(Clone, Copy, Debug)]
pub(super) struct Session {
    /// The slot of the backend that its client is bound to.
    bound: Option<u64>,
    /// More than half of the time for that is left.
    fresh: bool,
    /// The client came over TLS.
    secure: bool,
}

impl SessionKey {
    /// How many bytes it is made of.
    pub const BYTES: usize = 32;

    /// The key made of `secret`.
    #[must_use]
    pub fn new(secret: &[u8; SessionKey::BYTES]) -> SessionKey {
        SessionKey(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// Binds to the backend `id` of `pool` until `until_s` (seconds since the Unix epoch).
    fn seal(&self, pool: &str, id: u64, until_s: u32) -> String {
        let mut claim = until_s.to_be_bytes().to_vec();
        claim.extend(id.to_be_bytes());
        let tag = self.tag(pool, &claim);
        claim.extend(&tag.as_ref()[..TAG_BYTES]);
        URL_SAFE_NO_PAD.encode(claim)
    }

    /// What `value` binds to at `now_s`, and until when; `None` unless it was sealed for `pool`.
    fn open(&self, pool: &str, value: &[u8], now_s: u32) -> Option<(u64, u32)> {
        let mut bytes = [0; CLAIM_BYTES + TAG_BYTES];
        let count = URL_SAFE_NO_PAD.decode_slice(value, &mut bytes).ok()?;
        if count != bytes.len() {
            return None;
        }
        let (claim, tag) = bytes.split_at(CLAIM_BYTES);
        verify_slices_are_equal(&self.tag(pool, claim).as_ref()[..TAG_BYTES], tag).ok()?;
        let (until_s, id) = claim.split_at(4);
        let until_s = u32::from_be_bytes(until_s.try_into().ok()?);
        (until_s > now_s).then_some((u64::from_be_bytes(id.try_into().ok()?), until_s))
    }

    fn tag(&self, pool: &str, claim: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(claim);
        context.update(pool.as_bytes());
        context.sign()
    }
}

impl Session {
    /// The session that a request's `fields` tell of, in `pool`, which is `sticky`.
    pub(super) fn of(
        worker: &Worker,
        pool: &PoolTable,
        sticky: &StickyTable,
        fields: &impl FieldLines,
        secure: bool,
    ) -> Session {
        let now_s = now_s(worker);
        let value = policy::cookie(fields.lines(&COOKIE), &sticky.cookie);
        let told = value.and_then(|it| worker.sessions.open(pool.name.as_str(), it, now_s));
        let bound = told.and_then(|(id, _)| {
            let index = sticky.ids.iter().position(|known| *known == id)?;
            Some(pool.backends[index].slot)
        });
        let half_s = sticky.lasts.as_secs() / 2;
        let fresh = told.is_some_and(|(_, until_s)| u64::from(until_s - now_s) > half_s);
        Session { bound, fresh, secure }
    }

    /// A request on the backend that its client is bound to, if that still takes it: it is in
    /// service, or drains and is not over its deadline.
    pub(super) fn enter(&self, worker: &Worker, pool: &PoolTable) -> Option<Flight> {
        let slot = self.bound?;
        let most = pool.capacity.max_requests();
        let index = pool.backends.iter().position(|live| live.slot == slot)?;
        if pool.effective[index] > 0
            && let Some(flight) = pool.backends[index].enter(most)
        {
            return Some(flight);
        }
        let table = worker.table();
        let leaving = table.leaving.iter().find(|it| it.live.slot == slot)?;
        let stays = leaving.binds_until_ms > worker.now_ms();
        stays.then(|| leaving.live.enter_bound(most)).flatten()
    }

    /// The cookie that binds the client to the backend of `flight`, where it is not already or not
    /// for long any more.
    pub(super) fn cookie(
        &self,
        worker: &Worker,
        pool: &PoolTable,
        flight: &Flight,
    ) -> Option<String> {
        let sticky = pool.sticky.as_ref()?;
        let slot = flight.backend().slot;
        if self.bound == Some(slot) && (self.fresh || leaves(worker, slot)) {
            return None;
        }
        let index = pool.backends.iter().position(|live| live.slot == slot)?;
        let lasts_s = sticky.lasts.as_secs();
        let until_s = now_s(worker).saturating_add(u32::try_from(lasts_s).unwrap_or(u32::MAX));
        let value = worker.sessions.seal(pool.name.as_str(), sticky.ids[index], until_s);
        let secure = if self.secure { "; Secure" } else { "" };
        let name = &sticky.cookie;
        Some(format!("{name}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}"))
    }
}

fn leaves(worker: &Worker, slot: u64) -> bool {
    let is_it = |it: &Leaving| it.live.slot == slot;
    worker.table().leaving.iter().any(is_it)
}

fn now_s(worker: &Worker) -> u32 {
    u32::try_from(worker.clock.wall_ms() / 1000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened_in_time_for_its_pool_and_by_its_key_alone() {
        let key = SessionKey::new(&[7; 32]);
        let value = key.seal("app", 42, 1000);
        assert_eq!(key.open("app", value.as_bytes(), 999), Some((42, 1000)));
        assert_eq!(key.open("app", value.as_bytes(), 1000), None, "it is over");
        assert_eq!(key.open("other", value.as_bytes(), 999), None);
        assert_eq!(SessionKey::new(&[8; 32]).open("app", value.as_bytes(), 999), None);
    }

    #[test]
    fn no_bit_of_it_can_be_another() {
        let key = SessionKey::new(&[7; 32]);
        let value = key.seal("app", 42, 1000).into_bytes();
        for index in 0..value.len() {
            for other in b"Az09-_!=\xff" {
                let mut forged = value.clone();
                forged[index] = *other;
                if forged != value {
                    assert_eq!(key.open("app", &forged, 0), None, "{index}: {other}");
                }
            }
        }
        for wrong in [&b""[..], b"gw", &value[1..], &[&value[..], b"A"].concat()] {
            assert_eq!(key.open("app", wrong, 0), None);
        }
    }
}
