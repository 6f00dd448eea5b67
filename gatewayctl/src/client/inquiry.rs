//! The calls that ask about limits and change nothing.

use std::time::Duration;

use gateway_proto::{self as wire, limits_client::LimitsClient};

use super::{Client, Error, calls::answer, convert::limit_mode, request};
use crate::model::{
    ClientPicture, Grouping, LimitUse, Rejection, RejectionsAsked, RuleEdit, Simulation,
};

impl Client {
    /// What `rule` would have done with the requests that `limit` was asked for in the last
    /// `window`.
    ///
    /// # Errors
    /// When the limit is unknown, the rule makes no sense, or the gateway cannot be reached.
    pub async fn simulate(
        &self,
        limit: &str,
        rule: RuleEdit,
        window: Duration,
    ) -> Result<Simulation, Error> {
        let RuleEdit { max, rate, burst, .. } = rule;
        let (name, window_ms) = (limit.to_owned(), request::ms(window));
        let mut limits = LimitsClient::new(self.channel.clone());
        let call = limits.simulate(wire::SimulateRequest { name, max, rate, burst, window_ms });
        let it = answer(self.request_timeout, call).await?;
        Ok(Simulation {
            limit: it.limit,
            rule: it.rule,
            covered_s: Duration::from_millis(it.covered_ms).as_secs_f64(),
            arrived: it.arrived,
            were_refused: it.were_refused,
            would_refuse: it.would_refuse,
            keys: it.keys,
            keys_were_refused: it.keys_were_refused,
            keys_would_refuse: it.keys_would_refuse,
            keys_newly_refused: it.keys_newly_refused,
            top: it.top.into_iter().map(|it| (it.client, it.refused)).collect(),
        })
    }

    /// Whom limits refused, most first.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn rejections(&self, asked: RejectionsAsked) -> Result<Vec<Rejection>, Error> {
        let RejectionsAsked { by, would, window, top } = asked;
        let by = match by {
            Grouping::Rule => wire::Grouping::Rule,
            Grouping::Client => wire::Grouping::Client,
            Grouping::Key => wire::Grouping::Key,
            Grouping::Path => wire::Grouping::Path,
        };
        let request =
            wire::RejectionsRequest { by: by.into(), window_ms: request::ms(window), top, would };
        let mut limits = LimitsClient::new(self.channel.clone());
        let list = answer(self.request_timeout, limits.rejections(request)).await?;
        Ok(list.rejections.into_iter().map(rejection).collect())
    }

    /// What is known of the client behind `address`, which says so in X-Forwarded-For.
    ///
    /// # Errors
    /// When it is no address, or the gateway cannot be reached.
    pub async fn client_picture(
        &self,
        address: &str,
        forwarded_for: &[String],
    ) -> Result<ClientPicture, Error> {
        let (address, forwarded_for) = (address.to_owned(), forwarded_for.to_vec());
        let mut limits = LimitsClient::new(self.channel.clone());
        let call = limits.client(wire::ClientRequest { address, forwarded_for });
        let it = answer(self.request_timeout, call).await?;
        Ok(ClientPicture {
            address: it.address,
            why: it.why,
            blocked_by: it.blocked_by,
            asked: it.asked,
            refused: it.refused,
            first_seen_ms: it.first_seen_ms,
            last_seen_ms: it.last_seen_ms,
            paths: it.paths,
            uses: it.uses.into_iter().map(limit_use).collect::<Result<_, _>>()?,
        })
    }
}

fn rejection(it: wire::Rejection) -> Rejection {
    Rejection {
        by: match it.by() {
            wire::Refuser::Shadow => "shadow",
            wire::Refuser::Candidate => "candidate",
            wire::Refuser::Rule | wire::Refuser::Unspecified => "rule",
        }
        .to_owned(),
        rule: it.rule,
        client: it.client,
        key: it.key,
        path: it.path,
        rejected_per_s: it.rejected_per_s,
        error_per_s: it.error_per_s,
        passed_per_s: it.passed_per_s,
        since_ms: it.since_ms,
    }
}

fn limit_use(it: wire::LimitUse) -> Result<LimitUse, Error> {
    Ok(LimitUse {
        rule: it.rule,
        route: it.route,
        allows: it.allows,
        mode: limit_mode(it.mode)?,
        used: it.used,
        free_s: it.free_ms.map(|ms| Duration::from_millis(ms).as_secs_f64()),
        note: it.note,
    })
}
