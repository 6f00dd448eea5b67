//! The hand: carries a decision out, through the driver and the single writer, in the autoscaler's name.

use std::net::SocketAddr;
use std::time::Duration;

use crate::model::{
    Action, Backend, Change, DrainOrder, Intent, Name, OnDeadline, Operation, Pool, Rejection,
    ScalerEdit, Source, Standing, Then, Weight,
};
use crate::state::Writer;

use super::driver::{Driver, DriverError, Victims};
use super::sight::ACTOR;

/// Does things to one pool, for one reason.
pub(super) struct Hand<'a> {
    pub(super) writer: &'a Writer,
    pub(super) pool: &'a Pool,
    pub(super) reason: &'a str,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Undone {
    /// The gateway did not accept the change.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// The driver could not.
    #[error("{0}")]
    Driver(#[from] DriverError),
}

/// How a server is drained that is ended `within` so long: what is left by then is closed before, not
/// all at once, so that clients of long streams are told and do not come back together.
fn order(within: Duration) -> DrainOrder {
    let spread = DrainOrder::default_spread(within);
    let streams = within - spread;
    let requests = DrainOrder::REQUESTS.min(streams);
    let on_deadline = OnDeadline::Kill;
    DrainOrder { requests, streams, spread, on_deadline, then: Then::Stay }
}

impl Hand<'_> {
    /// Does `action` through `driver`.
    pub(super) async fn carry_out(
        &self,
        action: &Action,
        driver: &mut dyn Driver,
    ) -> Result<(), Undone> {
        match action {
            Action::Reclaim(names) => {
                self.change(Change::SetStanding(names.clone(), Standing::Active)).await?;
            }
            Action::ScaleOut(count) => {
                let desired = self.writer.desired();
                let taken: Vec<Name> =
                    desired.gateway.backends().map(|(_, backend)| backend.name.clone()).collect();
                driver.scale_out(*count, &taken).await?;
            }
            Action::Drain(_) if driver.capabilities().victims == Victims::None => {
                return Err(DriverError::OnlyAdvises.into());
            }
            Action::Drain(names) => self.drain(names, driver).await?,
            Action::Terminate(names) => self.end(names, driver).await?,
        }
        Ok(())
    }

    /// Drains servers; what is in no pool yet serves nobody, and ends at once.
    async fn drain(&self, names: &[Name], driver: &mut dyn Driver) -> Result<(), Undone> {
        let desired = self.writer.desired();
        let (inside, outside): (Vec<Name>, Vec<Name>) = (names.iter().cloned())
            .partition(|name| desired.gateway.backend(name.as_str()).is_some());
        if !inside.is_empty() {
            let order = self.pool.autoscale.as_ref().map(|it| order(it.rules.drain_timeout));
            self.change(Change::Drain(inside, order)).await?;
        }
        if !outside.is_empty() {
            driver.terminate(&outside).await?;
        }
        Ok(())
    }

    /// Takes servers out of the pool, then ends them: once they are out, no request reaches them.
    async fn end(&self, names: &[Name], driver: &mut dyn Driver) -> Result<(), Undone> {
        let desired = self.writer.desired();
        // Whoever put one back since was right.
        let still = |name: &&Name| {
            desired.gateway.backend(name.as_str()).is_some_and(|(_, backend)| {
                backend.standing == Standing::Draining
                    && backend.mark.as_ref().is_some_and(|mark| mark.owner == ACTOR)
            })
        };
        let names: Vec<Name> = names.iter().filter(still).cloned().collect();
        if names.is_empty() {
            return Ok(());
        }
        let intent = Intent {
            expected_revision: Some(desired.revision),
            reason: "it is drained".to_owned(),
            ..self.intent()
        };
        self.writer.submit(Change::RemoveBackends(names.clone()), intent).await?;
        driver.terminate(&names).await?;
        Ok(())
    }

    /// Puts the server called `name` into the pool; it takes requests once it passes its probes.
    pub(super) async fn add(&self, name: &Name, address: SocketAddr) -> Result<(), Undone> {
        self.put(name, address, Weight::DEFAULT).await
    }

    /// Follows a server of the pool to `address`, where it takes requests once it passes its probes.
    pub(super) async fn follow(&self, it: &Backend, address: SocketAddr) -> Result<(), Undone> {
        self.remove(vec![it.name.clone()]).await?;
        self.put(&it.name, address, it.weight).await
    }

    async fn put(&self, name: &Name, address: SocketAddr, weight: Weight) -> Result<(), Undone> {
        let change = Change::AddBackend {
            pool: self.pool.name.clone(),
            name: name.clone(),
            address,
            weight,
            standing: Standing::Active,
            source: Source::Autoscaler,
        };
        self.change(change).await?;
        Ok(())
    }

    /// Takes backends out of the pool that do not run any more.
    pub(super) async fn remove(&self, names: Vec<Name>) -> Result<(), Undone> {
        // A guard would keep the last one although nothing answers there.
        let intent = Intent { force: true, ..self.intent() };
        self.writer.submit(Change::RemoveBackends(names), intent).await?;
        Ok(())
    }

    /// Lets the rules decide again.
    pub(super) async fn resume(&self) -> Result<(), Undone> {
        let pool = self.pool.name.clone();
        self.change(Change::SetScaler { pool, edit: ScalerEdit::Resume }).await?;
        Ok(())
    }

    async fn change(&self, change: Change) -> Result<Operation, Rejection> {
        self.writer.submit(change, self.intent()).await
    }

    fn intent(&self) -> Intent {
        Intent {
            actor: ACTOR.to_owned(),
            via: ACTOR.to_owned(),
            reason: self.reason.to_owned(),
            ..Intent::default()
        }
    }
}
