//! A fault: what an app server of a demo is to be, to practise on.

/// What an app server is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Gone, with whatever it has under way.
    Kill,
    /// Slower with each answer by so many milliseconds; as the gateway chooses when absent.
    Slow(Option<u32>),
    /// Answering each request 503.
    Fail,
    /// As just started.
    Cold,
    /// As usual again.
    Heal,
}

/// What was made of an app server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Practised {
    /// The app server.
    pub name: String,
    /// A sentence.
    pub what: String,
}
