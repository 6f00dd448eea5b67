//! The streams of one connection of HTTP/2: none of them is waited for longer than its deadline,
//! and the connection no longer than it may be idle.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::super::super::deadlines::Deadline;
use super::super::super::worker::Worker;
use super::super::patience::{FIRST_BYTE, KEEP_ALIVE};

/// The streams of one connection.
pub(super) struct Streams {
    worker: Rc<Worker>,
    /// Armed while none is open.
    idle: Deadline,
    idle_at_most: Cell<Duration>,
    open: Cell<u32>,
    served: Cell<bool>,
    /// The deadline of the stream whose task is made next.
    next: RefCell<Option<Rc<Deadline>>>,
}

/// Runs the tasks of streams on this worker.
///
/// hyper polls an answer's body only while its client takes more of it, so that no body can see
/// that it is not taken. The task around it can: when its deadline is over it goes, and the stream
/// is reset with it.
#[derive(Clone)]
pub(super) struct Tasks(pub(super) Rc<Streams>);

impl Streams {
    pub(super) fn new(worker: &Rc<Worker>) -> Rc<Streams> {
        let idle = Deadline::new(worker);
        idle.arm_idle(FIRST_BYTE);
        Rc::new(Streams {
            worker: Rc::clone(worker),
            idle,
            idle_at_most: Cell::new(KEEP_ALIVE),
            open: Cell::new(0),
            served: Cell::new(false),
            next: RefCell::default(),
        })
    }

    /// A stream begins; gives its deadline, which is not armed. hyper makes its task right behind.
    pub(super) fn begin(&self) -> Rc<Deadline> {
        self.served.set(true);
        let deadline = Rc::new(Deadline::new(&self.worker));
        self.next.replace(Some(Rc::clone(&deadline)));
        deadline
    }

    /// Whether the connection was to go sooner because room was needed.
    pub(super) fn were_hurried(&self) -> bool {
        self.idle.was_hurried()
    }

    /// Whether none ever began.
    pub(super) fn never_began(&self) -> bool {
        !self.served.get()
    }

    /// From now on the connection may be idle no longer than this.
    pub(super) fn hurry(&self, idle_at_most: Duration) {
        self.idle_at_most.set(idle_at_most);
        if self.open.get() == 0 {
            self.rest();
        }
    }

    /// None is open from now on.
    fn rest(&self) {
        match self.idle_at_most.get() {
            KEEP_ALIVE => self.idle.arm_idle(KEEP_ALIVE),
            // It goes already.
            goodbye => self.idle.arm(goodbye),
        }
    }

    /// Whether the connection has been idle for too long; otherwise the task of `cx` is woken when
    /// it has.
    pub(super) fn are_idle_too_long(&self, cx: &Context<'_>) -> bool {
        self.idle.is_over(cx)
    }
}

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for Tasks {
    fn execute(&self, task: F) {
        let open = Open::new(&self.0);
        let deadline = self.0.next.take();
        tokio::task::spawn_local(async move {
            let _open = open;
            let mut task = pin!(task);
            poll_fn(|cx| match task.as_mut().poll(cx) {
                Poll::Pending if deadline.as_ref().is_some_and(|it| it.is_over(cx)) => {
                    Poll::Ready(())
                }
                polled => polled,
            })
            .await;
        });
    }
}

/// Counts a stream as open for as long as its task lives.
struct Open(Rc<Streams>);

impl Open {
    fn new(streams: &Rc<Streams>) -> Open {
        streams.open.set(streams.open.get() + 1);
        streams.idle.disarm();
        Open(Rc::clone(streams))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Open(streams) = self;
        streams.open.set(streams.open.get() - 1);
        if streams.open.get() == 0 {
            streams.rest();
        }
    }
}
