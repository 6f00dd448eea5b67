//! What does an inquiry ask the gateway?

use std::time::{Duration, Instant};

use super::{
    contexts::Reached,
    lore::{self, Finding, Inquiry, Tried},
};
use crate::{
    client::{self, Client},
    config::Context,
    model::{OperationsAsked, RejectionsAsked},
};

/// What the gateway answers.
pub(crate) async fn find(client: &Client, inquiry: &Inquiry) -> Result<Finding, client::Error> {
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
        Inquiry::Certificates => client.certificates().await.map(Finding::Certificates),
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
