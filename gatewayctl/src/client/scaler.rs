//! The calls about scalers.

use std::time::Duration;

use gateway_proto::{self as wire, scaler_client::ScalerClient};

use super::{Client, Error, calls::answer, request::ms};
use crate::model::{
    Condition, Decision, ScaledServer, Scaler, ScalingRun, Stage, WhatIf, WhatIfRules,
};

impl Client {
    /// The scaled pools, by name.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn scalers(&self) -> Result<Vec<Scaler>, Error> {
        let mut client = ScalerClient::new(self.channel.clone());
        let call = client.list(wire::ListScalersRequest {});
        let answer = answer(self.request_timeout, call).await?;
        Ok(answer.scalers.into_iter().map(scaler).collect())
    }

    /// Decisions since `since_ms` (milliseconds since the Unix epoch), newest first. No `what`
    /// means all, and an empty pool any.
    ///
    /// # Errors
    /// When the gateway cannot be reached or does not answer in time.
    pub async fn decisions(
        &self,
        pool: &str,
        what: &[String],
        since_ms: i64,
        limit: u32,
    ) -> Result<Vec<Decision>, Error> {
        let (pool, what) = (pool.to_owned(), what.to_vec());
        let mut client = ScalerClient::new(self.channel.clone());
        let call = client.decisions(wire::DecisionsRequest { pool, what, since_ms, limit });
        let answer = answer(self.request_timeout, call).await?;
        Ok(answer.decisions.into_iter().map(decision).collect())
    }

    /// One decision with what it was made from: that of `id`, or the latest about `pool`.
    ///
    /// # Errors
    /// When it is not kept, or the gateway cannot be reached.
    pub async fn explain(&self, id: Option<u64>, pool: &str) -> Result<Decision, Error> {
        let (id, pool) = (id.unwrap_or(0), pool.to_owned());
        let mut client = ScalerClient::new(self.channel.clone());
        let call = client.explain(wire::ExplainRequest { id, pool });
        Ok(decision(answer(self.request_timeout, call).await?))
    }

    /// What `rules` would have made of `load` times the load of `pool` in the last `window`, beside
    /// the rules there are.
    ///
    /// # Errors
    /// When the pool is not scaled, the rules make no sense, too little was recorded, or the
    /// gateway cannot be reached.
    pub async fn what_if(
        &self,
        pool: &str,
        rules: &WhatIfRules,
        load: f64,
        window: Duration,
    ) -> Result<WhatIf, Error> {
        let mut client = ScalerClient::new(self.channel.clone());
        let call = client.simulate(wire::SimulateScalerRequest {
            pool: pool.to_owned(),
            min: rules.min,
            max: rules.max,
            target_cpu: rules.target_cpu,
            target_rps: rules.target_rps,
            scale_in_cooldown_ms: rules.scale_in_cooldown.map(ms),
            scale_up_window_ms: rules.scale_up_window.map(ms),
            scale_down_window_ms: rules.scale_down_window.map(ms),
            load,
            window_ms: ms(window),
        });
        let it = answer(self.request_timeout, call).await?;
        Ok(WhatIf {
            now: run("now", 1.0, &it, it.now.unwrap_or_default()),
            what_if: run("what-if", it.load, &it, it.what_if.unwrap_or_default()),
        })
    }
}

fn run(
    run: &'static str,
    load: f64,
    whole: &wire::ScalerSimulation,
    it: wire::ScalerRun,
) -> ScalingRun {
    ScalingRun {
        run,
        pool: whole.pool.clone(),
        replayed_s: whole.replayed_s,
        start_s: whole.start_s,
        start_seen: whole.start_seen,
        load,
        min: it.min,
        max: it.max,
        target_cpu: it.target_cpu,
        target_rps: it.target_rps,
        scale_in_cooldown_s: Duration::from_millis(it.scale_in_cooldown_ms).as_secs_f64(),
        peak_servers: it.peak_servers,
        last_servers: it.last_servers,
        busy_s: it.busy_s,
        scale_outs: it.scale_outs,
        scale_ins: it.scale_ins,
        server_hours: it.server_hours,
        at_max_s: it.at_max_s,
        lost: it.lost,
    }
}

fn scaler(it: wire::ScalerView) -> Scaler {
    Scaler {
        pool: it.pool,
        mode: it.mode,
        driver: it.driver,
        min: it.min,
        max: it.max,
        target_cpu: it.target_cpu,
        target_rps: it.target_rps,
        desired: it.desired,
        ready: it.ready,
        starting: it.starting,
        draining: it.draining,
        conditions: it.conditions.into_iter().map(condition).collect(),
        next: it.next,
        order_owner: it.order_owner,
        order_reason: it.order_reason,
        order_expires_ms: it.order_expires_ms,
        order_desired: it.order_desired,
    }
}

fn condition(it: wire::Condition) -> Condition {
    Condition { kind: it.r#type, status: it.status, reason: it.reason, message: it.message }
}

fn decision(it: wire::Decision) -> Decision {
    let stage = |it: wire::Stage| Stage {
        name: it.name,
        before: it.before,
        after: it.after,
        reason: it.reason,
    };
    let server = |it: wire::ServerInput| ScaledServer {
        name: it.name,
        phase: it.phase,
        owned: it.owned,
        warm: it.warm,
        cpu_ratio: it.cpu_ratio,
        rps: it.rps,
        in_flight: it.in_flight,
    };
    Decision {
        id: it.id,
        time_ms: it.time_ms,
        since_ms: it.since_ms,
        pool: it.pool,
        from: it.from,
        to: it.to,
        what: it.what,
        sentence: it.sentence,
        stages: it.stages.into_iter().map(stage).collect(),
        conditions: it.conditions.into_iter().map(condition).collect(),
        actions: it.actions,
        outcome: it.outcome,
        servers: it.servers.into_iter().map(server).collect(),
    }
}
