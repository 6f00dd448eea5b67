//! Blocks, ready to be asked: is a client's network refused, and how often was it?

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::model::{Block, BlockView};
use crate::policy::Networks;

use super::{Cells, Counter};

/// All blocks.
#[derive(Debug, Default)]
pub struct BlockTable {
    networks: Networks,
    blocks: Vec<BlockHits>,
}

/// One block and how often it refused somebody.
#[derive(Debug)]
struct BlockHits {
    block: Arc<Block>,
    hits: Arc<Cells<Counter>>,
}

impl BlockTable {
    /// Compiles `blocks`, going on from what was counted `before`; the same table where they are
    /// the same.
    pub(super) fn compile(
        blocks: &[Block],
        before: Option<&Arc<BlockTable>>,
        workers: usize,
    ) -> Arc<BlockTable> {
        let all = before.map_or(&[][..], |before| &before.blocks);
        if let Some(before) = before.filter(|_| all.iter().map(|it| &*it.block).eq(blocks)) {
            return Arc::clone(before);
        }
        let known: HashMap<_, _> = all.iter().map(|it| (it.block.network, &it.hits)).collect();
        let hits = |block: &Block| match known.get(&block.network) {
            Some(hits) => Arc::clone(hits),
            None => Arc::new(Cells::new(workers)),
        };
        let compiled =
            blocks.iter().map(|it| BlockHits { block: Arc::new(it.clone()), hits: hits(it) });
        Arc::new(BlockTable {
            networks: Networks::of(blocks.iter().map(|block| block.network)),
            blocks: compiled.collect(),
        })
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

    /// All of them by network, with what each refused.
    #[must_use]
    pub fn views(&self) -> Vec<BlockView> {
        let view = |it: &BlockHits| BlockView {
            block: Arc::clone(&it.block),
            hits_total: it.hits.sum(Counter::read),
        };
        let mut views: Vec<BlockView> = self.blocks.iter().map(view).collect();
        views.sort_by_key(|it| it.block.network);
        views
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mark;

    fn block(network: &str, reason: &str) -> Block {
        let mark =
            Mark { owner: "ana".to_owned(), reason: reason.to_owned(), since_ms: 0, drain: None };
        Block { network: network.parse().unwrap(), mark, until_ms: None, under: None }
    }

    #[test]
    fn the_table_stays_while_blocks_do_and_hits_stay_with_their_network() {
        let mut blocks = vec![block("192.0.2.0/24", "one"), block("10.0.0.0/16", "other")];
        let first = BlockTable::compile(&blocks, None, 1);
        assert!(first.refuses(0, [192, 0, 2, 7].into()));
        let same = BlockTable::compile(&blocks, Some(&first), 1);
        assert!(Arc::ptr_eq(&first, &same));
        blocks[0].mark.reason = "another".to_owned();
        blocks.insert(0, block("2001:db8::/32", "new"));
        let changed = BlockTable::compile(&blocks, Some(&first), 1);
        assert!(!Arc::ptr_eq(&first, &changed));
        let views = changed.views();
        let told: Vec<_> =
            views.iter().map(|it| (it.block.mark.reason.as_str(), it.hits_total)).collect();
        assert_eq!(told, [("other", 0), ("another", 1), ("new", 0)]);
    }
}
