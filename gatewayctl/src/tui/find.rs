//! What does an inquiry ask the gateway? And what is played with a demo?

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{
    contexts::Reached,
    effect::Practice,
    lore::{self, Finding, Found, Inquiry, Tried},
    message::Msg,
};
use crate::{
    client::{self, Client},
    config::Context,
    model::{LoadEdit, OperationsAsked, RejectionsAsked},
};

/// What the gateway answers.
async fn find(client: &Client, inquiry: &Inquiry) -> Result<Finding, client::Error> {
    match inquiry {
        Inquiry::Rejections(by) => {
            let (window, top) = (lore::REFUSED_WITHIN, lore::OFFENDERS);
            let asked = RejectionsAsked { by: *by, would: false, window, top };
            client.rejections(asked).await.map(Finding::Rejections)
        }
        Inquiry::Simulation { limit, rule } => {
            let found = client.simulate(limit, rule.clone(), lore::TRIED_ON).await;
            found.map(|found| Finding::Simulation(Box::new(found)))
        }
        Inquiry::Scalers => client.scalers().await.map(Finding::Scalers),
        Inquiry::Decisions { pool, kinds } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            client.decisions(pool, &kinds, 0, lore::DECISIONS).await.map(Finding::Decisions)
        }
        Inquiry::Latest { pool } => {
            let found = client.explain(None, pool).await;
            found.map(|found| Finding::Latest(Box::new(found)))
        }
        Inquiry::WhatIf(Tried { pool, rules, load_percent }) => {
            let load = f64::from(*load_percent) / 100.0;
            let found = client.what_if(pool, rules, load, lore::REPLAYED).await;
            found.map(|found| Finding::WhatIf(Box::new(found)))
        }
        Inquiry::Explanation { id } => {
            let found = client.explain(Some(*id), "").await;
            found.map(|found| Finding::Explanation(Box::new(found)))
        }
        Inquiry::Fields => client.fields().await.map(Finding::Fields),
        Inquiry::Certificates => client.certificates().await.map(Finding::Certificates),
        Inquiry::Probe { pool, address } => client.probe(pool, address).await.map(Finding::Probe),
        Inquiry::Operations => {
            let asked = OperationsAsked { limit: lore::OPERATIONS, ..OperationsAsked::default() };
            client.operations(&asked).await.map(Finding::Operations)
        }
    }
}

/// Whether the gateway of `context` answers.
pub(crate) async fn reach(context: &Context, timeout: Duration) -> Result<Reached, client::Error> {
    let began = Instant::now();
    let tls = context.tls.with_environment();
    let client = Client::connect(&context.address, &tls, timeout).await?.request_timeout(timeout);
    let version = client.snapshot().await?.version;
    let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Reached { version, took_ms })
}

/// Asks the gateway, and tells what it answered.
pub(crate) async fn inquire(client: Option<Client>, inquiry: Inquiry, answer: mpsc::Sender<Msg>) {
    let result = match client {
        Some(client) => find(&client, &inquiry).await,
        None => Err(client::Error::new(client::ErrorCode::Unreachable, "not connected")),
    };
    // Without a dashboard nobody waits for the answer.
    let _ = answer.send(Msg::Found(Found { inquiry, result })).await;
}

/// Plays with a demo, and tells what came of it.
pub(crate) async fn play(client: Option<Client>, practice: Practice, answer: mpsc::Sender<Msg>) {
    let result = match client {
        Some(client) => practise(&client, practice).await,
        None => Err(client::Error::new(client::ErrorCode::Unreachable, "not connected")),
    };
    // Without a dashboard nobody waits for the answer.
    let _ = answer.send(Msg::Practised(result)).await;
}

async fn practise(client: &Client, practice: Practice) -> Result<String, client::Error> {
    match practice {
        Practice::Spoil(name, fault) => Ok(client.practise(&name, fault).await?.what),
        Practice::Load { more } => {
            let factor = if more { 2.0 } else { 0.5 };
            let load = client.set_load(LoadEdit::Factor(factor)).await?;
            Ok(format!("demo load {:.0} > {:.0} requests/s", load.before_rps, load.rps))
        }
    }
}
