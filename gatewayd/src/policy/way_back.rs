//! What is an entity once an operation is taken back? Field by field: what the operation changed is
//! again what it was, and what others changed since stays.

use crate::model::{Autoscale, Backend, Block, Entity, Frame, Limit, Mark, Standing};

/// An entity on its way back.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    /// What it is then; absent when it is not there.
    pub(super) to: Option<Entity>,
    /// Whether somebody changed since what the operation changed, and that is lost.
    pub(super) conflicts: bool,
}

/// The way of an entity that was `before`, became `after`, and is something `now`.
pub(super) fn way_back(
    before: Option<&Entity>,
    after: Option<&Entity>,
    now: Option<&Entity>,
) -> Way {
    let (Some(before), Some(after), Some(now)) = (before, after, now) else {
        // Where one of them is not there, all of the entity is one field.
        let mut fields = Fields::default();
        let whole = |entity: Option<&Entity>| entity.cloned().map(placeless);
        let is_back = fields.take(&whole(before), &whole(after), &whole(now)) == whole(before);
        let to = if is_back { before } else { now };
        return Way { to: to.cloned(), conflicts: fields.conflict };
    };
    let mut fields = Fields::default();
    let to = fields.entity(before, after, now);
    Way { to: Some(to), conflicts: fields.conflict }
}

/// The entity wherever it stands.
fn placeless(entity: Entity) -> Entity {
    match entity {
        Entity::Backend { pool, backend, .. } => Entity::Backend { pool, place: 0, backend },
        Entity::Limit { limit, .. } => Entity::Limit { place: 0, limit },
        Entity::Block { block, .. } => Entity::Block { place: 0, block },
        other @ (Entity::Scaler(_) | Entity::Frame(_)) => other,
    }
}

/// What operators say of a backend, whether or not its drain has come to its end.
fn unfinished(it: &Backend) -> (Standing, Option<Mark>) {
    let mut mark = it.mark.clone();
    if let Some(plan) = mark.as_mut().and_then(|mark| mark.drain.as_mut()) {
        plan.drained_ms = None;
    }
    (it.standing, mark)
}

/// Whether one of the fields so far was changed by somebody else.
#[derive(Default)]
struct Fields {
    conflict: bool,
}

impl Fields {
    /// What a field is then.
    fn take<T: PartialEq + Clone>(&mut self, before: &T, after: &T, now: &T) -> T {
        if before == after || now == before {
            return now.clone();
        }
        self.conflict |= now != after;
        before.clone()
    }

    fn entity(&mut self, before: &Entity, after: &Entity, now: &Entity) -> Entity {
        use Entity as E;
        match (before, after, now) {
            (
                E::Backend { pool: from, place, backend: before },
                E::Backend { pool: to, backend: after, .. },
                E::Backend { pool: is, place: stays, backend: now },
            ) => {
                let pool = self.take(from, to, is);
                let place = if pool == *is { *stays } else { *place };
                let backend = Box::new(self.backend(before, after, now));
                E::Backend { pool, place, backend }
            }
            (
                E::Limit { limit: before, .. },
                E::Limit { limit: after, .. },
                E::Limit { place, limit: now },
            ) => E::Limit { place: *place, limit: Box::new(self.limit(before, after, now)) },
            (
                E::Block { block: before, .. },
                E::Block { block: after, .. },
                E::Block { place, block: now },
            ) => {
                let block: Block = self.take(before, after, now);
                E::Block { place: *place, block: Box::new(block) }
            }
            (E::Scaler(before), E::Scaler(after), E::Scaler(now)) => {
                E::Scaler(Box::new(self.scaler(before, after, now)))
            }
            (E::Frame(before), E::Frame(after), E::Frame(now)) => {
                E::Frame(Box::new(self.frame(before, after, now)))
            }
            // A target has one kind of entity.
            _ => self.take(before, after, now),
        }
    }

    fn backend(&mut self, before: &Backend, after: &Backend, now: &Backend) -> Backend {
        let standing = |it: &Backend| (it.standing, it.mark.clone());
        let weight = |it: &Backend| (it.weight, it.ramp.clone());
        let place = |it: &Backend| (it.address, it.source);
        let (standing, mark) = match standing(before) == standing(after) {
            true => standing(now),
            // That the drain has come to its end since is nobody's change.
            false if unfinished(now) == unfinished(after) => standing(before),
            false => self.take(&standing(before), &standing(after), &standing(now)),
        };
        let (weight, ramp) = self.take(&weight(before), &weight(after), &weight(now));
        let (address, source) = self.take(&place(before), &place(after), &place(now));
        Backend { name: now.name.clone(), address, weight, standing, mark, source, ramp }
    }

    fn limit(&mut self, before: &Limit, after: &Limit, now: &Limit) -> Limit {
        let rule = |it: &Limit| (it.rule, it.rule_lapse);
        let mode = |it: &Limit| (it.mode, it.mode_lapse);
        let counts = |it: &Limit| (it.key.clone(), it.v6, it.adjustments.clone());
        let (rule, rule_lapse) = self.take(&rule(before), &rule(after), &rule(now));
        let (mode, mode_lapse) = self.take(&mode(before), &mode(after), &mode(now));
        let (key, v6, adjustments) = self.take(&counts(before), &counts(after), &counts(now));
        let candidate = self.take(&before.candidate, &after.candidate, &now.candidate);
        let name = now.name.clone();
        Limit { name, key, rule, mode, v6, adjustments, candidate, rule_lapse, mode_lapse }
    }

    fn scaler(&mut self, before: &Autoscale, after: &Autoscale, now: &Autoscale) -> Autoscale {
        Autoscale {
            driver: self.take(&before.driver, &after.driver, &now.driver),
            mode: self.take(&before.mode, &after.mode, &now.mode),
            rules: self.take(&before.rules, &after.rules, &now.rules),
            order: self.take(&before.order, &after.order, &now.order),
        }
    }

    fn frame(&mut self, before: &Frame, after: &Frame, now: &Frame) -> Frame {
        let (proxies, limits) =
            (|it: &Frame| it.trusted_proxies.clone(), |it: &Frame| it.limits_of_all.clone());
        Frame {
            trusted_proxies: self.take(&proxies(before), &proxies(after), &proxies(now)),
            limits_of_all: self.take(&limits(before), &limits(after), &limits(now)),
            routes: self.take(&before.routes, &after.routes, &now.routes),
            pools: self.take(&before.pools, &after.pools, &now.pools),
        }
    }
}
