//! Blocks, ready to be asked: is a client's network refused, and how often was it?

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use crate::model::Block;
use crate::policy::Networks;

use super::{Cells, Counter};

/// All blocks.
#[derive(Clone, Debug, Default)]
pub struct BlockTable {
    networks: Networks,
    blocks: Vec<BlockHits>,
}

/// One block and how often it refused somebody.
#[derive(Clone, Debug)]
pub struct BlockHits {
    /// The network.
    pub network: IpNet,
    /// Requests refused.
    pub hits: Arc<Cells<Counter>>,
}

impl BlockTable {
    /// Compiles `blocks`, going on from what was counted `before`.
    pub(super) fn compile(
        blocks: &[Block],
        before: Option<&BlockTable>,
        workers: usize,
    ) -> BlockTable {
        let same = |network: IpNet| before?.blocks.iter().find(|it| it.network == network).cloned();
        let new = |network| BlockHits { network, hits: Arc::new(Cells::new(workers)) };
        BlockTable {
            networks: Networks::of(blocks.iter().map(|block| block.network)),
            blocks: blocks
                .iter()
                .map(|block| same(block.network).unwrap_or_else(|| new(block.network)))
                .collect(),
        }
    }

    /// Whether `client` is refused; if so, this is counted.
    #[must_use]
    pub fn refuses(&self, worker: usize, client: IpAddr) -> bool {
        match self.networks.find(client) {
            Some(place) => {
                self.blocks[place].hits.of(worker).add(1);
                true
            }
            None => false,
        }
    }

    /// How often the block of `network` refused somebody.
    #[must_use]
    pub fn hits(&self, network: IpNet) -> u64 {
        let found = self.blocks.iter().find(|it| it.network == network);
        found.map_or(0, |it| it.hits.sum(Counter::read))
    }
}
