//! One request, from its head to its answer: the order in which everything is decided.

use std::net::IpAddr;
use std::rc::Rc;

use http::request::Parts;
use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;

use crate::model::Refusal;
use crate::policy::{self, Found};

use super::account::Account;
use super::body::{AnswerBody, RequestBody};
use super::door::DoorKind;
use super::exchange::{self, Outbound, exchange};
use super::fields::{self, Origin};
use super::reply::{self, Reply};
use super::screen::{Screened, screen};
use super::tunnel::{self, Backside};
use super::upstream::Lease;
use super::worker::Worker;
use super::{limits, pick};

/// Answers one request of the client at `peer`.
pub(super) async fn answer(
    worker: Rc<Worker>,
    door: &DoorKind,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Reply {
    let (mut head, body) = request.into_parts();
    let mut account = Account::open(&worker, peer, &head.method, head.version);
    let decided = decide(&worker, door, peer, &mut head, body, &mut account);
    let outbound = match decided {
        Ok(outbound) => outbound,
        Err(reply) => return settled(*reply, account),
    };
    let is_websocket = outbound.fields.contains_key(http::header::UPGRADE);
    match exchange(&worker, outbound, &mut account).await {
        Err(refusal) => settled(refused(refusal, &mut account), account),
        Ok((answer, lease)) if answer.status() == StatusCode::SWITCHING_PROTOCOLS => {
            switch(head, answer, lease, is_websocket, account)
        }
        Ok((answer, lease)) => {
            let (mut parts, incoming) = answer.into_parts();
            fields::toward_client(&mut parts.headers);
            account.answered(parts.status);
            // Ours to say, by what the client speaks.
            parts.version = Version::HTTP_11;
            Response::from_parts(parts, AnswerBody::relayed(incoming, lease, account))
        }
    }
}

/// Decides what becomes of a request: ready for its pool, or a reply.
fn decide(
    worker: &Rc<Worker>,
    door: &DoorKind,
    peer: IpAddr,
    head: &mut Parts,
    body: Incoming,
    account: &mut Account,
) -> Result<Outbound, Box<Reply>> {
    let Screened { host, authority, path } =
        screen(head).map_err(|refusal| Box::new(refused(refusal, account)))?;
    let path = path.unwrap_or_else(|| head.uri.path().to_owned());
    account.screened(&host, &path);
    if let DoorKind::Redirect(port) = door {
        let query = head.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let reply = reply::to_tls(&host, *port, &format!("{path}{query}"));
        account.answered(reply.status());
        return Err(Box::new(reply));
    }
    let table = worker.table();
    let hops = head.headers.get_all(fields::FORWARDED_FOR).iter().map(|line| line.as_bytes());
    let client = policy::client_ip(peer, hops, &table.trusted_proxies);
    account.client(client);
    let route = match table.router.find(&host, &path, &head.method) {
        Found::Route(index) => &table.routes[index],
        Found::Nothing => return Err(Box::new(refused(Refusal::NoRoute, account))),
        Found::WrongMethod(allowed) => {
            account.refused(Refusal::MethodNotAllowed);
            return Err(Box::new(reply::wrong_method(&allowed)));
        }
    };
    account.routed(&route.name);
    let now_ms = account.started_us() / 1000;
    limits::admit(worker, &table, route, client, &head.headers, now_ms).map_err(|wait_ms| {
        account.refused(Refusal::Limit);
        Box::new(reply::limited(wait_ms, &mut *worker.rng.borrow_mut()))
    })?;
    let body = RequestBody::new(body, route.max_body_bytes);
    if body.is_too_large() {
        return Err(Box::new(refused(Refusal::BodyTooLarge, account)));
    }
    let hash = pick::hash(&table.pools[route.pool], client, &path, &head.headers);
    let target = exchange::target(head, Some(&path))
        .ok_or_else(|| Box::new(refused(Refusal::PathInvalid, account)))?;
    let websocket = head.version == Version::HTTP_11 && fields::asks_for_websocket(&head.headers);
    let trusted = policy::is_trusted(peer, &table.trusted_proxies);
    let origin = Origin { peer: policy::unwrapped(peer), trusted, scheme: door.scheme() };
    let mut outbound_fields = std::mem::take(&mut head.headers);
    fields::toward_backend(&mut outbound_fields, &authority, &origin);
    if websocket {
        fields::upgrade_to_websocket(&mut outbound_fields);
    }
    let pool = route.pool;
    let method = head.method.clone();
    Ok(Outbound { table, pool, hash, method, target, fields: outbound_fields, body })
}

/// Switches protocols, if that was asked for.
fn switch(
    mut head: Parts,
    answer: Response<Incoming>,
    lease: Lease,
    asked: bool,
    mut account: Account,
) -> Reply {
    let client = head.extensions.remove::<hyper::upgrade::OnUpgrade>();
    let (mut parts, _) = answer.into_parts();
    let (Some(client), true, Some((stream, read, flight))) = (client, asked, lease.into_socket())
    else {
        return settled(refused(Refusal::UpstreamBroken, &mut account), account);
    };
    fields::toward_client(&mut parts.headers);
    fields::upgrade_to_websocket(&mut parts.headers);
    account.answered(parts.status);
    tokio::task::spawn_local(tunnel::run(client, Backside { stream, read, flight }, account));
    Response::from_parts(parts, AnswerBody::empty())
}

fn refused(refusal: Refusal, account: &mut Account) -> Reply {
    account.refused(refusal);
    reply::refusal(refusal)
}

/// The reply, with the account that is settled when it has been sent.
fn settled(reply: Reply, account: Account) -> Reply {
    reply.map(|body| body.accounted(account))
}
