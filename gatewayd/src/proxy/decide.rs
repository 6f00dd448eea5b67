//! What becomes of a request? The order in which everything is decided, whatever protocol brought
//! it: client ▸ blocks ▸ redirect to TLS ▸ route ▸ limits ▸ pool.

use std::net::IpAddr;
use std::rc::Rc;

use http::Method;
use ipnet::IpNet;

use crate::model::{Refusal, unwrapped};
use crate::policy::{self, Found};
use crate::state::{CollapseCells, Table};

use super::account::Account;
use super::door::DoorKind;
use super::fields::{FORWARDED_FOR, FieldLines, Origin};
use super::limits::{Asking, Passed, Spent};
use super::pick;
use super::reply::{self, Reply};
use super::sessions::Session;
use super::under_way::PathStart;
use super::upstream::Search;
use super::worker::Worker;

/// What a request says, in the words of no protocol.
pub(super) struct Asked<'a, F> {
    pub(super) method: &'a Method,
    /// The host as routes know it.
    pub(super) host: &'a str,
    /// The canonical path.
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fields: &'a F,
    /// The length of the body, as far as it is known.
    pub(super) body_bytes: u64,
}

/// What was decided of a request that goes to a pool.
pub(super) struct Decided {
    pub(super) search: Search,
    pub(super) origin: Origin,
    /// The largest body; `u64::MAX` is unlimited.
    pub(super) most_body_bytes: u64,
}

/// Decides what becomes of a request of the client at `peer`: it goes to a pool, or the gateway
/// answers by itself.
pub(super) fn decide<F: FieldLines>(
    worker: &Rc<Worker>,
    door: &DoorKind,
    peer: IpAddr,
    asked: &Asked<'_, F>,
    account: &mut Account,
) -> Result<Decided, Box<Reply>> {
    account.asked(asked);
    let table = worker.table();
    let trusted = &table.trusted_proxies;
    let client = policy::client_ip(peer, asked.fields.lines(&FORWARDED_FOR), trusted);
    account.client(client);
    look(worker, peer, trusted, asked.fields);
    if table.blocks.refuses(worker.index, client) {
        return Err(refused(Refusal::Blocked, account));
    }
    if let DoorKind::Redirect(port) = door {
        let reply = reply::to_tls(asked.host, *port, asked.path, asked.query);
        account.answered(reply.status());
        return Err(Box::new(reply));
    }
    let mut limits = Passed::none(worker, &table);
    let now_us = account.started_us();
    let mut asking = Asking { client, route: None, fields: asked.fields, path: asked.path, now_us };
    asking
        .admit(&table.limits_of_all, &mut limits)
        .map_err(|it| over(worker, &table, it, account))?;
    let route = match table.router.find(asked.host, asked.path, asked.method) {
        Found::Route(index) => &table.routes[index],
        Found::Nothing => return Err(refused(Refusal::NoRoute, account)),
        Found::WrongMethod(allowed) => {
            account.refused(Refusal::MethodNotAllowed);
            return Err(Box::new(reply::wrong_method(&allowed)));
        }
    };
    account.routed(&route.name, &table.pools[route.pool].name);
    asking.route = Some(&route.name);
    asking.admit(&route.limits, &mut limits).map_err(|it| over(worker, &table, it, account))?;
    account.passed(limits);
    let most_body_bytes = match route.max_body_bytes {
        0 => u64::MAX,
        most => most,
    };
    if asked.body_bytes > most_body_bytes {
        return Err(refused(Refusal::BodyTooLarge, account));
    }
    let pool = route.pool;
    let hash = pick::hash(&table.pools[pool], client, asked.path, asked.fields);
    let trusted = policy::is_trusted(peer, &table.trusted_proxies);
    let origin = Origin { peer: unwrapped(peer), trusted, scheme: door.scheme() };
    let sticky = table.pools[pool].sticky.as_ref();
    let secure = door.scheme() == "https";
    let session =
        sticky.map(|sticky| Session::of(worker, &table.pools[pool], sticky, asked.fields, secure));
    let search = Search::new(table, pool, hash, PathStart::of(asked.path), session);
    Ok(Decided { search, origin, most_body_bytes })
}

/// Looks at one in some requests: does it come by a proxy that nobody told of?
fn look<F: FieldLines>(worker: &Worker, peer: IpAddr, trusted: &[IpNet], fields: &F) {
    let cells = worker.cells();
    if CollapseCells::looks_at(cells.requests.read()) {
        let claims =
            !policy::is_trusted(peer, trusted) && fields.lines(&FORWARDED_FOR).next().is_some();
        cells.collapse.note(unwrapped(peer), claims);
    }
}

fn over(worker: &Worker, table: &Table, spent: Spent, account: &mut Account) -> Box<Reply> {
    let limit = &table.limits[spent.limit];
    account.limited(&limit.name);
    let rng = &mut *worker.rng.borrow_mut();
    Box::new(reply::limited(limit.told(spent.tier), spent.retry_after_ms, rng))
}

fn refused(refusal: Refusal, account: &mut Account) -> Box<Reply> {
    account.refused(refusal);
    Box::new(reply::refusal(refusal))
}
