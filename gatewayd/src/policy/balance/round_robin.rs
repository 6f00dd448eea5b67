//! Round robin: each in turn, by weight.
//!
//! A static stride scheduler, as in gRPC's weighted round robin, over groups of equal weight. Time
//! is counted in generations, as many as the heaviest group weighs in all. Each generation asks
//! every group, and a group serves when `generation * weight + phase` passes a multiple of the
//! heaviest weight, which is `weight` times and evenly apart. Its members serve in turn. So nothing
//! is kept per worker but the place in time, and what is asked in vain is at most one per group.

use std::cmp::Reverse;

use rand::Rng;

use super::Ready;

/// Spreads requests over members in turn.
#[derive(Clone, Debug)]
pub(super) struct RoundRobin {
    groups: Box<[Group]>,
    /// What the heaviest group weighs.
    generations: u64,
}

/// The members of one weight.
#[derive(Clone, Debug)]
struct Group {
    members: Box<[u32]>,
    /// The sum of their weights.
    weight: u64,
    phase: u64,
}

/// Whose turn it is, for one worker and pool.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    generation: u64,
    group: usize,
}

impl Turn {
    /// A random start, so that workers that start together do not move in step.
    pub fn new(rng: &mut impl Rng) -> Turn {
        Turn { generation: rng.random(), group: 0 }
    }
}

impl RoundRobin {
    pub(super) fn new(mut ready: Vec<Ready>) -> RoundRobin {
        ready.sort_by_key(|it| Reverse(it.weight));
        let group = |members: &[Ready]| Group {
            weight: members.iter().map(|it| u64::from(it.weight)).sum(),
            members: members.iter().map(|it| it.index).collect(),
            phase: 0,
        };
        let mut groups: Vec<Group> =
            ready.chunk_by(|one, next| one.weight == next.weight).map(group).collect();
        groups.sort_by_key(|group| Reverse(group.weight));
        let generations = groups.first().map_or(1, |heaviest| heaviest.weight);
        // The heaviest serves always; the others evenly apart, if they serve equally often.
        let apart = generations / (groups.len() as u64).saturating_sub(1).max(1);
        (0..).zip(&mut groups).for_each(|(nth, group)| group.phase = nth * apart);
        let groups = groups.into();
        RoundRobin { groups, generations }
    }

    pub(super) fn pick(&self, turn: &mut Turn, is_out: impl Fn(u32) -> bool) -> Option<u32> {
        if self.groups.is_empty() {
            return None;
        }
        loop {
            self.keep_in_range(turn);
            let served = self.groups[turn.group].serves(turn.generation, self.generations);
            turn.group += 1;
            let Some(index) = served else { continue };
            if !is_out(index) {
                return served;
            }
            return self.next_in(turn, is_out);
        }
    }

    /// The next member that is in, from the turn on: its turn passes to it.
    fn next_in(&self, turn: &Turn, is_out: impl Fn(u32) -> bool) -> Option<u32> {
        let members = || self.groups.iter().flat_map(|group| &group.members).copied();
        let count = members().count();
        let start = (turn.generation as usize).wrapping_add(turn.group) % count.max(1);
        members().cycle().skip(start).take(count).find(|index| !is_out(*index))
    }

    /// Goes on to the next generation at the end of one. The turn may also be of an earlier
    /// balancer with more groups or generations.
    fn keep_in_range(&self, turn: &mut Turn) {
        if turn.group >= self.groups.len() {
            turn.group = 0;
            turn.generation = turn.generation.wrapping_add(1);
        }
        if turn.generation >= self.generations {
            turn.generation %= self.generations;
        }
    }
}

impl Group {
    /// The member that serves in `generation` of `generations`, if one does.
    fn serves(&self, generation: u64, generations: u64) -> Option<u32> {
        let passed = generation * self.weight + self.phase;
        let (turn, into_stride) = (passed / generations, passed % generations);
        let serves = into_stride + self.weight >= generations;
        serves.then(|| self.members[(turn % self.members.len() as u64) as usize])
    }
}
