//! Wait until backends reach a goal: live, bounded, detachable.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Failure, Kind,
    goal::{Goal, Returns, Step, Waiting},
    interrupt::{Interrupt, OnInterrupt},
    pictures::{Sight, ended, follow},
    progress::{Progress, REPEAT},
    session::Session,
    watch::at,
};
use crate::{
    client::Client,
    duration,
    model::{Edit, Intent, Operation, Snapshot},
    safe_text::safe_text,
};

/// A wait for backends.
#[derive(Debug)]
pub(super) struct Wait<'a> {
    pub(super) names: &'a [String],
    pub(super) goal: Goal,
    /// The change of ours that leads there.
    pub(super) operation: Option<&'a Operation>,
    pub(super) timeout: Option<Duration>,
    /// What it means when a drained backend takes requests again.
    pub(super) returns: Returns,
    /// What becomes of the change when ^C ends the waiting.
    pub(super) on_interrupt: OnInterrupt,
}

/// What a picture means for waiting.
enum Next {
    /// Go on; what is missing, if the picture says.
    Wait(Option<String>),
    Done,
}

impl Wait<'_> {
    /// Waits; tells how long it took.
    pub(super) async fn run(&self, session: &Session, client: &Client) -> Result<(), Failure> {
        let mut progress = Progress::new(session);
        let ended = self.until_reached(client, &mut progress).await;
        progress.end();
        ended?;
        let waited = duration::short(progress.waited());
        let names = self.names.join(", ");
        let verb = if self.names.len() == 1 { "is" } else { "are" };
        let said = format!("{names} {verb} {} after {waited}", self.goal.reached());
        session.done(&safe_text(&said))
    }

    async fn until_reached(&self, client: &Client, progress: &mut Progress) -> Result<(), Failure> {
        let mut waiting = Waiting::new(self.names.to_vec(), self.goal);
        if let Some(operation) = self.operation {
            waiting = waiting.after(operation.revision).returning(self.returns);
        }
        let deadline = self.timeout.map(|timeout| Instant::now() + timeout);
        let mut interrupt = Interrupt::hear()?;
        let mut sights = follow(client.clone());
        let mut state = "waiting for the first picture".to_owned();
        let mut lost = None;
        loop {
            // Each arm is cancel-safe: a receive that loses the race loses no picture.
            tokio::select! {
                sight = sights.recv() => match sight {
                    Some(Sight::Picture(picture)) => match self.step(&mut waiting, &picture)? {
                        Next::Wait(Some(missing)) => state = missing,
                        Next::Wait(None) => {}
                        Next::Done => return Ok(()),
                    },
                    Some(Sight::Lost(error)) => {
                        state = format!("connection lost, trying again ({error})");
                        lost = Some(error);
                    }
                    None => return Err(self.next_steps(lost.unwrap_or_else(ended).into())),
                },
                () = at(deadline) => return Err(self.timed_out(&state)),
                () = interrupt.pressed() => return Err(self.interrupted(client).await),
                () = tokio::time::sleep(REPEAT) => {}
            }
            progress.tell(&state, self.help());
        }
    }

    fn step(&self, waiting: &mut Waiting, picture: &Snapshot) -> Result<Next, Failure> {
        match waiting.observe(picture) {
            Step::Old => Ok(Next::Wait(None)),
            Step::NotYet(missing) => Ok(Next::Wait(Some(missing))),
            Step::Reached => Ok(Next::Done),
            Step::NoSuch(name) => {
                let known = picture.backends.iter().map(|it| it.name.as_str());
                Err(Failure::not_found("backend", &name, known, "gatewayctl backend list"))
            }
            Step::Lost(why) if self.returns == Returns::TooLate => {
                Err(Failure::new(Kind::TimedOut, why))
            }
            Step::Lost(why) => Err(self.next_steps(Failure::new(Kind::Impossible, why))),
        }
    }

    const fn help(&self) -> &'static str {
        match (self.operation, self.on_interrupt) {
            (Some(_), OnInterrupt::Detach) => "(^C stops waiting, the change goes on)",
            (Some(_), OnInterrupt::Undo) => "(^C takes the change back)",
            (None, _) => "",
        }
    }

    /// What ^C comes to.
    async fn interrupted(&self, client: &Client) -> Failure {
        match self.operation {
            Some(operation) if self.on_interrupt == OnInterrupt::Undo => {
                self.taken_back(client, operation).await
            }
            _ => self.detached(),
        }
    }

    async fn taken_back(&self, client: &Client, operation: &Operation) -> Failure {
        let id = &operation.id;
        if id.is_empty() {
            // It was so before: there is nothing of ours to take back.
            return self.detached();
        }
        let intent = Intent {
            reason: format!("interrupted while waiting for operation {id}"),
            via: "cli".to_owned(),
            ..Intent::default()
        };
        match client.apply(&Edit::Undo { id: id.clone() }, &intent).await {
            Ok(undo) => {
                let message = format!("stopped waiting; operation {id} is taken back");
                Failure::new(Kind::Interrupted, message).op(&undo.id)
            }
            Err(error) => {
                let message = format!("stopped waiting; operation {id} is not taken back: {error}");
                self.next_steps(Failure::new(Kind::Interrupted, message))
            }
        }
    }

    fn timed_out(&self, state: &str) -> Failure {
        let after = duration::short(self.timeout.unwrap_or_default());
        let message = format!("not {} after {after}: {state}", self.goal.reached());
        self.next_steps(Failure::new(Kind::TimedOut, message))
    }

    fn detached(&self) -> Failure {
        let message = match (self.operation, self.goal) {
            (Some(_), Goal::Drained) => "stopped waiting; the drain goes on",
            (Some(_), _) => "stopped waiting; the change stays",
            (None, _) => "stopped waiting",
        };
        self.next_steps(Failure::new(Kind::Interrupted, message))
    }

    fn next_steps(&self, failure: Failure) -> Failure {
        let (names, goal) = (self.names.join(" "), self.goal);
        match (self.operation, goal) {
            (Some(Operation { id, .. }), Goal::Drained) if !id.is_empty() => failure
                .hint(format!("follow with `gatewayctl op watch {id}`"))
                .hint(format!("take it back with `gatewayctl op undo {id}`"))
                .op(id),
            (operation, _) => failure
                .hint(format!("follow with `gatewayctl backend wait {names} --for {goal}`"))
                .op(operation.map_or("", |it| &it.id)),
        }
    }
}
