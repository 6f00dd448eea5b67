//! `context test`: what answers there?

use std::time::Instant;

use clap::Args;

use super::{
    super::{Failure, Verdict, complete, session::Session},
    list,
};
use crate::{
    client::{Client, Error},
    config::{self, Context},
    output::{
        Listing, Selection,
        columns::{CONTEXT_TEST, ContextTest},
        write_listing,
    },
};

const EXAMPLES: &str = "\
Examples:
  gatewayctl context test                  the one in use
  gatewayctl context test prod-eu prod-us
  gatewayctl context test --all || echo 'not all answer'

It changes nothing. Exit 0 when all answer, 3 when one does not.";

#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(in crate::commands) struct TestArgs {
    /// The contexts [default: the one in use]
    #[arg(value_name = "NAME", conflicts_with = "all", add = complete::contexts())]
    names: Vec<String>,
    /// All of the file
    #[arg(long)]
    all: bool,
}

impl TestArgs {
    pub(super) async fn run(&self, session: &Session) -> Result<Verdict, Failure> {
        let contexts = self.contexts(session)?;
        let tests = contexts.into_iter().map(|context| test(session, context));
        let items = futures_util::future::join_all(tests).await;
        let verdict =
            if items.iter().all(|it| it.error.is_none()) { Verdict::Done } else { Verdict::NotOk };
        let (meta, selection) = (list::meta(session), Selection::everything(CONTEXT_TEST));
        let list =
            Listing { kind: "ContextTestList", meta: &meta, items: &items, selection: &selection };
        session.answer(|out| write_listing(out, session.format(), &session.style(), &list))?;
        Ok(verdict)
    }

    fn contexts(&self, session: &Session) -> Result<Vec<Context>, Failure> {
        if self.names.is_empty() && !self.all {
            return Ok(vec![session.target()?.context.clone()]);
        }
        let config = config::load()?;
        if self.all {
            return Ok(config.contexts);
        }
        self.names.iter().map(|name| list::find(&config, name)).collect()
    }
}

async fn test(session: &Session, context: Context) -> ContextTest {
    let began = Instant::now();
    let asked = ask(session, &context).await;
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    let test = ContextTest {
        name: context.name,
        address: context.address.to_string(),
        ..ContextTest::default()
    };
    match asked {
        Ok((version, caller)) => ContextTest {
            took_ms: Some(took_ms),
            version: Some(version),
            caller: Some(caller),
            ..test
        },
        Err(error) => ContextTest { error: Some(error.to_string()), ..test },
    }
}

async fn ask(session: &Session, context: &Context) -> Result<(String, String), Error> {
    let (tls, within) = (context.tls.with_environment(), session.global.connect_timeout);
    let client = Client::connect(&context.address, &tls, within).await?;
    let client = client.request_timeout(session.global.request_timeout);
    let picture = client.snapshot().await?;
    Ok((picture.version, picture.caller))
}
