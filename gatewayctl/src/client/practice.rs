//! The calls that change no configuration: an address is tried, a demo is played with.

use gateway_proto::{self as wire, backends_client::BackendsClient, demo_client::DemoClient};

use super::{Client, Error, calls::answer, request};
use crate::model::{Fault, Load, LoadEdit, Practised, ProbeReport, ProbeStep};

impl Client {
    /// How the gateway finds `address`, asked as `pool` asks its backends.
    ///
    /// # Errors
    /// When the pool is unknown, the address is nobody's, it is asked too often, or the gateway
    /// cannot be reached.
    pub async fn probe(&self, pool: &str, address: &str) -> Result<ProbeReport, Error> {
        let (pool, address) = (pool.to_owned(), address.to_owned());
        let mut backends = BackendsClient::new(self.channel.clone());
        let call = backends.probe(wire::ProbeRequest { pool, address });
        let report = answer(self.request_timeout, call).await?;
        let step = |it: wire::ProbeStep| {
            let wire::ProbeStep { step, passed, what, took_ms } = it;
            ProbeStep { step, passed, what, took_ms }
        };
        let steps = report.steps.into_iter().map(step).collect();
        Ok(ProbeReport { steps, address: report.address })
    }

    /// Changes the load a demo gateway makes for itself.
    ///
    /// # Errors
    /// When the gateway is not a demo, refuses or cannot be reached.
    pub async fn set_load(&self, edit: LoadEdit) -> Result<Load, Error> {
        let mut demo = DemoClient::new(self.channel.clone());
        answer(self.request_timeout, demo.set_load(request::load(edit))).await?.try_into()
    }

    /// Makes something of an app server of a demo gateway.
    ///
    /// # Errors
    /// When the gateway is not a demo, has no such app server, or cannot be reached.
    pub async fn practise(&self, name: &str, fault: Fault) -> Result<Practised, Error> {
        let slow_ms = if let Fault::Slow(ms) = fault { ms } else { None };
        let word = match fault {
            Fault::Kill => wire::Fault::Kill,
            Fault::Slow(_) => wire::Fault::Slow,
            Fault::Fail => wire::Fault::Fail,
            Fault::Cold => wire::Fault::Cold,
            Fault::Heal => wire::Fault::Heal,
        };
        let name = name.to_owned();
        let mut demo = DemoClient::new(self.channel.clone());
        let call = demo.practise(wire::PractiseRequest { name, fault: word.into(), slow_ms });
        let wire::Practised { name, what } = answer(self.request_timeout, call).await?;
        Ok(Practised { name, what })
    }
}
