//! The service `Scaler`: how pools are scaled, why, and what operators say about it.

use std::time::Duration;

use gateway_proto as wire;
use gateway_proto::scaler_server::Scaler;
use tonic::{Code, Request, Response, Status};

use crate::model::{
    Change, Condition, Decision, DecisionRecord, ScalerEdit, ScalerView, ScalingMode, ServerInput,
    Stage,
};

use super::Admin;
use super::change::name;
use super::rejection::{invalid, status};
use super::what_if;

/// How many decisions are told unless asked for more.
const USUAL: usize = 100;
/// The most that are told at once.
const MOST: usize = 1000;
/// The longest order: a year.
const LONGEST_MS: u64 = 365 * 24 * 3600 * 1000;

#[tonic::async_trait]
impl Scaler for Admin {
    async fn list(
        &self,
        _request: Request<wire::ListScalersRequest>,
    ) -> Result<Response<wire::ListScalersResponse>, Status> {
        let scalers = self.scalers.views().iter().map(view).collect();
        let time_ms = self.scalers.wall_ms();
        Ok(Response::new(wire::ListScalersResponse { time_ms, scalers }))
    }

    async fn decisions(
        &self,
        request: Request<wire::DecisionsRequest>,
    ) -> Result<Response<wire::DecisionsResponse>, Status> {
        let wire::DecisionsRequest { pool, what, since_ms, limit } = request.into_inner();
        let limit = if limit == 0 { USUAL } else { (limit as usize).min(MOST) };
        let found = self.scalers.decisions(|it| {
            (pool.is_empty() || it.pool == *pool)
                && it.time_ms >= since_ms
                && (what.is_empty() || what.contains(&it.decision.what.to_string()))
        });
        let decisions = found.iter().take(limit).map(|it| decision(it, false)).collect();
        let time_ms = self.scalers.wall_ms();
        Ok(Response::new(wire::DecisionsResponse { time_ms, decisions }))
    }

    async fn explain(
        &self,
        request: Request<wire::ExplainRequest>,
    ) -> Result<Response<wire::Decision>, Status> {
        let wire::ExplainRequest { id, pool } = request.into_inner();
        let found = self.scalers.decisions(|it| match id {
            0 => pool.is_empty() || it.pool == *pool,
            id => it.id == id,
        });
        match found.iter().max_by_key(|it| (it.time_ms, it.id)) {
            Some(found) => Ok(Response::new(decision(found, true))),
            None => {
                let what = match id {
                    0 => "nothing was decided yet".to_owned(),
                    id => format!("no decision is numbered {id}"),
                };
                let hint = Some("see `gatewayctl scaler decisions`");
                Err(status(Code::NotFound, "NOT_FOUND", &what, hint))
            }
        }
    }

    async fn set(
        &self,
        request: Request<wire::SetScalerRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((set(&asked)?, asked.intent))).await
    }

    async fn pause(
        &self,
        request: Request<wire::PauseScalerRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((pause(&asked)?, asked.intent))).await
    }

    async fn desired(
        &self,
        request: Request<wire::DesiredRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((desired(&asked)?, asked.intent))).await
    }

    async fn resume(
        &self,
        request: Request<wire::ResumeScalerRequest>,
    ) -> Result<Response<wire::Operation>, Status> {
        self.apply(request, |asked| Ok((resume(&asked)?, asked.intent))).await
    }

    async fn simulate(
        &self,
        request: Request<wire::SimulateScalerRequest>,
    ) -> Result<Response<wire::ScalerSimulation>, Status> {
        let asked = request.into_inner();
        let (edit, load, window) = what_if::asked(&asked)?;
        let desired = self.writer.desired();
        let pool = desired.gateway.pool(&asked.pool);
        let scaled = pool.and_then(|pool| Some((pool.name.clone(), pool.autoscale.as_ref()?)));
        let Some((pool, autoscale)) = scaled else {
            let what = format!("pool {:?} is not scaled", asked.pool);
            let hint = Some("see `gatewayctl scaler list`");
            return Err(status(Code::NotFound, "NOT_FOUND", &what, hint));
        };
        let (scalers, rules) = (self.scalers.clone(), autoscale.rules.clone());
        // It takes longer than others can wait for.
        let simulating = move || scalers.what_if(&pool, &rules, &edit, load, window);
        let simulated = tokio::task::spawn_blocking(simulating).await;
        let simulated = simulated.map_err(|error| Status::internal(error.to_string()))?;
        match simulated {
            Ok(it) => Ok(Response::new(what_if::simulation(&it))),
            Err(why) => Err(what_if::refused(&why)),
        }
    }
}

pub(super) fn set(asked: &wire::SetScalerRequest) -> Result<Change, Status> {
    let wire::SetScalerRequest { min, max, target_cpu, target_rps, .. } = *asked;
    let mode = asked.mode.as_deref().map(mode).transpose()?;
    change(&asked.pool, ScalerEdit::Rules { min, max, target_cpu, target_rps, mode })
}

pub(super) fn pause(asked: &wire::PauseScalerRequest) -> Result<Change, Status> {
    change(&asked.pool, order(None, asked.ttl_ms)?)
}

pub(super) fn desired(asked: &wire::DesiredRequest) -> Result<Change, Status> {
    change(&asked.pool, order(Some(asked.servers), asked.ttl_ms)?)
}

pub(super) fn resume(asked: &wire::ResumeScalerRequest) -> Result<Change, Status> {
    change(&asked.pool, ScalerEdit::Resume)
}

fn order(desired: Option<u32>, ttl_ms: Option<u64>) -> Result<ScalerEdit, Status> {
    match ttl_ms {
        None | Some(1..=LONGEST_MS) => {
            Ok(ScalerEdit::Order { desired, ttl: ttl_ms.map(Duration::from_millis) })
        }
        Some(_) => Err(invalid("ttl_ms", "expected more than 0, and a year at most")),
    }
}

fn change(pool: &str, edit: ScalerEdit) -> Result<Change, Status> {
    Ok(Change::SetScaler { pool: name("pool", pool)?, edit })
}

fn mode(word: &str) -> Result<ScalingMode, Status> {
    match word {
        "act" => Ok(ScalingMode::Act),
        "advise" => Ok(ScalingMode::Advise),
        "off" => Ok(ScalingMode::Off),
        other => Err(invalid("mode", format!("{other:?} is not act, advise or off"))),
    }
}

fn view(it: &ScalerView) -> wire::ScalerView {
    let order = it.order.as_ref();
    wire::ScalerView {
        pool: it.pool.to_string(),
        mode: it.mode.to_string(),
        driver: it.driver.clone(),
        min: it.min,
        max: it.max,
        target_cpu: it.target_cpu,
        target_rps: it.target_rps,
        desired: it.desired,
        ready: it.ready,
        starting: it.starting,
        draining: it.draining,
        conditions: it.conditions.iter().map(condition).collect(),
        next: it.next.clone(),
        order_owner: order.map(|order| order.mark.owner.clone()).unwrap_or_default(),
        order_reason: order.map(|order| order.mark.reason.clone()).unwrap_or_default(),
        order_expires_ms: order.and_then(|order| order.until_ms),
        order_desired: order.and_then(|order| order.desired),
    }
}

fn decision(it: &DecisionRecord, explained: bool) -> wire::Decision {
    let Decision { from, to, what, sentence, stages, conditions, actions, inputs, .. } =
        &*it.decision;
    let servers = if explained { inputs.servers.iter().map(server).collect() } else { Vec::new() };
    wire::Decision {
        id: it.id,
        time_ms: it.time_ms,
        since_ms: it.since_ms,
        pool: it.pool.to_string(),
        from: *from,
        to: *to,
        what: what.to_string(),
        sentence: sentence.clone(),
        stages: stages.iter().map(stage).collect(),
        conditions: conditions.iter().map(condition).collect(),
        actions: actions.iter().map(ToString::to_string).collect(),
        outcome: it.outcome.clone(),
        servers,
    }
}

fn stage(it: &Stage) -> wire::Stage {
    wire::Stage {
        name: it.name.to_owned(),
        before: it.before,
        after: it.after,
        reason: it.reason.clone(),
    }
}

fn condition(it: &Condition) -> wire::Condition {
    wire::Condition {
        r#type: it.kind.to_owned(),
        status: it.status,
        reason: it.reason.to_owned(),
        message: it.message.clone(),
    }
}

fn server(it: &ServerInput) -> wire::ServerInput {
    wire::ServerInput {
        name: it.name.to_string(),
        phase: it.phase.to_string(),
        owned: it.owned,
        warm: it.warm,
        cpu_ratio: it.cpu_ratio,
        rps: it.rps,
        in_flight: it.in_flight,
    }
}
