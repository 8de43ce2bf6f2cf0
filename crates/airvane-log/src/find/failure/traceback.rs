//! Assembles Python tracebacks from lines, whether they continue a message, arrive as events of
//! their own (standard error on Airflow 3) or lie between `|` margins (exception groups).

use airvane_redact::SafeText;

use crate::event::{Exception, Frame, Relation};
use crate::frames;

/// Frames kept of one exception; the middle of a recursion is left out.
const MAX_FRAMES: usize = 64;
/// Exceptions kept of one chain, and members of one group.
const MAX_CHAIN: usize = 16;
const MAX_MEMBERS: usize = 32;
/// Further lines kept of one exception's message.
const MAX_MORE: usize = 20;
/// Characters kept of a line.
const MAX_LINE_CHARS: usize = 2_000;
/// Lines that may stand where the exception's line is awaited before the traceback is given up:
/// other output that got between.
const MAX_STRAY: u8 = 8;

const START: &str = "Traceback (most recent call last):";
const GROUP_START: &str = "Exception Group Traceback (most recent call last):";
const CAUSE: &str = "The above exception was the direct cause of the following exception:";
const CONTEXT: &str = "During handling of the above exception, another exception occurred:";

#[derive(Default)]
pub(super) struct Traceback {
    state: State,
    /// Root cause first, as Python prints it.
    chain: Vec<Exception>,
    current: Exception,
    /// A group whose members are being read.
    group: Option<Exception>,
    /// Whether lines have a `|` margin.
    margin: bool,
    stray: u8,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Idle,
    Frames,
    Message,
    /// After "The above exception was…": another traceback follows.
    Link,
}

impl Traceback {
    pub(super) fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// Reads a line. `continues` is whether it belongs to the event of the line before it. Gives
    /// the chain, outermost first, when the line is the first one after it; the line itself may
    /// then start the next.
    pub(super) fn push(&mut self, text: &SafeText, continues: bool) -> Option<Vec<Exception>> {
        // Almost every line of a log ends here.
        if self.state == State::Idle {
            if text.ends_with("(most recent call last):") {
                self.start(text.trim_start_matches([' ', '|', '+']));
            }
            return None;
        }
        let (body, at) = self.body(text);
        if matches!(body, START | GROUP_START) {
            let done = (self.state == State::Message && !self.margin).then(|| self.take());
            self.start(body);
            return done;
        }
        match self.state {
            State::Frames => self.frame_line(text, at),
            State::Message => return self.message_line(text, at, continues),
            State::Link if body.is_empty() => {}
            State::Idle | State::Link => return Some(self.take()),
        }
        (self.state == State::Idle).then(|| self.take())
    }

    /// The chain so far, when the log or the event ends.
    pub(super) fn finish(&mut self) -> Option<Vec<Exception>> {
        (self.state != State::Idle).then(|| self.take()).filter(|chain| !chain.is_empty())
    }

    fn start(&mut self, body: &str) {
        match body {
            START => {}
            GROUP_START => self.margin = true,
            _ => return,
        }
        if self.state == State::Frames || self.state == State::Message {
            self.close(Relation::Context);
        }
        self.state = State::Frames;
        self.stray = 0;
    }

    /// The line without a group's margin, and where it begins.
    fn body<'a>(&self, text: &'a str) -> (&'a str, usize) {
        if !self.margin {
            return (text, 0);
        }
        let inner = text.trim_start();
        let body = inner
            .strip_prefix(['|', '+'])
            .map_or(inner, |rest| rest.strip_prefix(' ').unwrap_or(rest));
        (body, text.len() - body.len())
    }

    fn frame_line(&mut self, text: &SafeText, at: usize) {
        let body = text.get(at..).unwrap_or_default();
        let indent = body.len() - body.trim_start_matches(' ').len();
        if let Some(frame) = body
            .trim_start()
            .strip_prefix("File \"")
            .and_then(|rest| frame(text, text.len() - rest.len()))
        {
            if self.current.frames.len() >= MAX_FRAMES {
                self.current.frames.remove(MAX_FRAMES / 4);
            }
            self.current.frames.push(frame);
        } else if indent >= 4 {
            self.code(text, at + indent);
        } else if indent == 0 && !body.is_empty() {
            self.exception_line(text, at);
        }
    }

    /// The line of code under a frame; the carets under that are left out.
    fn code(&mut self, text: &SafeText, at: usize) {
        let is_carets = |code: &str| code.bytes().all(|byte| matches!(byte, b'^' | b'~' | b' '));
        if let Some(frame) = self.current.frames.last_mut()
            && frame.code.is_none()
        {
            frame.code = text.slice(at..).filter(|code| !is_carets(code)).map(|c| short(&c));
        }
    }

    fn exception_line(&mut self, text: &SafeText, at: usize) {
        let body = text.get(at..).unwrap_or_default();
        if let Some(type_len) = type_length(body) {
            self.current.summary = short(&text.slice(at..).unwrap_or_default());
            self.current.type_len = type_len;
            self.state = State::Message;
        } else {
            self.stray += 1;
            if self.stray > MAX_STRAY {
                self.state = State::Idle;
            }
        }
    }

    fn message_line(
        &mut self,
        text: &SafeText,
        at: usize,
        continues: bool,
    ) -> Option<Vec<Exception>> {
        let body = text.get(at..).unwrap_or_default();
        match body {
            CAUSE => self.link(Relation::Cause),
            CONTEXT => self.link(Relation::Context),
            _ if self.margin && is_separator(body) => {
                self.separator(body);
            }
            "" => {}
            _ if !continues => return Some(self.take()),
            _ => self.more(text, at),
        }
        None
    }

    fn more(&mut self, text: &SafeText, at: usize) {
        let body = text.get(at..).unwrap_or_default();
        // A member of a group without a traceback of its own.
        if self.margin && self.current.summary.is_empty() {
            self.exception_line(text, at);
        } else if self.current.more.len() < MAX_MORE && !body.is_empty() {
            self.current.more.push(short(&text.slice(at..).unwrap_or_default()));
        }
    }

    fn link(&mut self, relation: Relation) {
        self.close(relation);
        self.state = State::Link;
    }

    /// `+-+---------------- 1 ----------------` before a member, dashes alone after the last.
    fn separator(&mut self, body: &str) {
        if let Some(group) = &mut self.group {
            let member = std::mem::take(&mut self.current);
            keep_member(group, member);
        } else {
            self.group = Some(std::mem::take(&mut self.current));
        }
        if !body.bytes().any(|byte| byte.is_ascii_digit())
            && let Some(group) = self.group.take()
        {
            self.current = group;
            self.margin = false;
        }
    }

    /// Ends the current exception; `relation` ties it to the one that follows.
    fn close(&mut self, relation: Relation) {
        let mut closed = std::mem::take(&mut self.current);
        if closed.summary.is_empty() {
            return;
        }
        if let Some(group) = &mut self.group {
            keep_member(group, closed);
        } else if self.chain.len() < MAX_CHAIN {
            closed.relation = relation;
            self.chain.push(closed);
        } else if let Some(last) = self.chain.last_mut() {
            closed.relation = relation;
            *last = closed;
        }
    }

    fn take(&mut self) -> Vec<Exception> {
        self.close(Relation::Raised);
        if let Some(group) = self.group.take() {
            self.current = group;
            self.close(Relation::Raised);
        }
        self.state = State::Idle;
        self.margin = false;
        let mut chain = std::mem::take(&mut self.chain);
        if let Some(last) = chain.last_mut() {
            last.relation = Relation::Raised;
        }
        chain.reverse();
        chain
    }
}

fn keep_member(group: &mut Exception, mut member: Exception) {
    if !member.summary.is_empty() && group.members.len() < MAX_MEMBERS {
        member.relation = Relation::Member;
        group.members.push(member);
    }
}

/// `-+---------------- 1 ----------------`: what is left of a separator without its first `+`.
fn is_separator(body: &str) -> bool {
    body.contains("------")
        && body
            .bytes()
            .all(|byte| matches!(byte, b'+' | b'-' | b' ' | b'.') || byte.is_ascii_digit())
}

fn short(text: &SafeText) -> SafeText {
    text.truncate_chars(MAX_LINE_CHARS)
}

/// `…/load.py", line 42, in load_row`, from the first byte of the file name.
fn frame(text: &SafeText, at: usize) -> Option<Frame> {
    let rest = text.get(at..)?;
    let quote = rest.find('"')?;
    let after = rest.get(quote + 1..)?.strip_prefix(", line ")?;
    let (lineno, name) = after.split_once(", in ").unwrap_or((after, ""));
    Some(Frame {
        file: text.slice(at..at + quote)?,
        lineno: lineno.parse().ok(),
        name: text.slice(text.len() - name.len()..)?,
        code: None,
        user: frames::is_user(rest.get(..quote)?),
    })
}

/// The length of the type of `package.Type: message`, if the line is one.
fn type_length(body: &str) -> Option<usize> {
    let length = body
        .bytes()
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'<' | b'>')
        })
        .count();
    let starts = body.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let after = body.get(length..)?;
    (starts && (after.is_empty() || after == ":" || after.starts_with(": "))).then_some(length)
}
