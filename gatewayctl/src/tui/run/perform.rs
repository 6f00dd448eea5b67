//! What does an effect do? All that a dashboard does to the world outside its model.

use std::io;

use futures_util::{FutureExt as _, future};
use tokio::sync::mpsc;

use super::{ANSWERS, Dashboard, Reading};
use crate::{
    client::{self, ErrorCode},
    config::Context,
    safe_text::safe_text,
    tui::{
        contexts::Reach,
        effect::{Effect, Request},
        export::{self, Export},
        find, lines,
        link::{Link, Route},
        memory::{self, Kept},
        message::{Answer, Msg},
        notice::Notice,
        palette::{Completed, Line},
        tailing::Tailing,
        update::update,
    },
};

impl Dashboard {
    /// Does what `update` wants; `true` when that is to end.
    pub(super) fn perform(&mut self, effects: Vec<Effect>) -> io::Result<bool> {
        for effect in effects {
            match effect {
                Effect::Preview(request) => self.ask(request, true),
                Effect::Apply(request) => self.ask(request, false),
                Effect::Inquire(inquiry) => {
                    tokio::spawn(find::inquire(self.link.client(), inquiry, self.answer.clone()));
                }
                Effect::Tail(tail) => self.tailing.follow(tail, self.link.client(), &self.answer),
                Effect::Read(line) => self.read(line),
                Effect::Complete(text) => self.complete(text),
                Effect::Remember(lines) => self.remember(&lines),
                Effect::Practise(practice) => {
                    tokio::spawn(find::play(self.link.client(), practice, self.answer.clone()));
                }
                Effect::Bell => self.terminal.ring(),
                Effect::Retry => self.link.retry(),
                Effect::Pace(refresh) => self.link.pace(refresh),
                Effect::Switch(context) => self.switch(*context),
                Effect::Reach(contexts) => self.reach(contexts),
                Effect::Keep(kept) => self.keep(&kept),
                Effect::Mouse(mouse) => self.terminal.listen_to_mouse(mouse),
                Effect::Copy(text) => self.terminal.copy(&text),
                Effect::Export(export) => self.export(&export)?,
                Effect::Redraw => self.terminal.forget()?,
                Effect::Suspend => self.suspend()?,
                Effect::Quit => return Ok(true),
            }
        }
        Ok(false)
    }

    fn ask(&self, request: Request, is_preview: bool) {
        let (client, answer) = (self.link.client(), self.answer.clone());
        tokio::spawn(async move {
            let result = match client {
                Some(client) => client.apply(&request.edit, &request.intent).await,
                None => Err(client::Error::new(
                    ErrorCode::Unreachable,
                    "the connection was lost before anything was sent",
                )),
            };
            let Request { ticket, .. } = request;
            // Without a dashboard nobody waits for the answer.
            let _ = answer.send(Msg::Answer(Box::new(Answer { ticket, is_preview, result }))).await;
        });
    }

    /// Begins to read a line, in place of any other.
    fn read(&mut self, line: Line) {
        let text = line.text.clone();
        let order = match self.link.client() {
            Some(client) => (self.grammar.read)(line, client),
            None => future::ready(Err("not connected".to_owned())).boxed_local(),
        };
        self.reading = Some(Reading { text, order });
    }

    fn complete(&mut self, text: String) {
        let Some(snapshot) = &self.model.live.snapshot else { return };
        let candidates = (self.grammar.complete)(&text, snapshot);
        let now = self.now();
        update(&mut self.model, now, Msg::Completed(Completed { text, candidates }));
    }

    fn remember(&mut self, typed: &[String]) {
        if let Err(error) = lines::store(typed) {
            let words = format!("the lines typed here are not kept: {error}");
            self.model.say(Notice::note(words));
        }
    }

    /// Lets go of the gateway, and of every answer that it still owes.
    fn switch(&mut self, context: Context) {
        self.link = Link::start(Route {
            address: context.address,
            tls: context.tls.with_environment(),
            connect_timeout: self.connect_timeout,
            refresh: self.model.pace(),
        });
        (self.answer, self.answers) = mpsc::channel(ANSWERS);
        self.tailing = Tailing::default();
        self.reading = None;
    }

    fn reach(&self, contexts: Vec<Context>) {
        for context in contexts {
            let (answer, timeout) = (self.answer.clone(), self.connect_timeout);
            tokio::spawn(async move {
                let result = find::reach(&context, timeout).await;
                let _ = answer.send(Msg::Reached(Reach { name: context.name, result })).await;
            });
        }
    }

    fn export(&mut self, export: &Export) -> io::Result<()> {
        let folder = std::env::current_dir().unwrap_or_default();
        match export::write(export, &self.model, self.terminal.size()?, &folder) {
            Ok(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                self.model.say(Notice::done(format!("{name} is here; its path is copied")));
                self.terminal.copy(&safe_text(&path.display().to_string()));
            }
            Err(error) => {
                let words = format!("nothing was exported to {}: {error}", folder.display());
                self.model.say(Notice::error(words));
            }
        }
        Ok(())
    }

    pub(super) fn keep(&mut self, kept: &Kept) {
        if let Err(error) = memory::store(kept) {
            let words = format!("how this gateway was looked at is not kept: {error}");
            self.model.say(Notice::note(words));
        }
    }
}
