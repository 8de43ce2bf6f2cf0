//! Detectors. Each verifies one kind of evidence at a place the gate found, within one line: a name
//! before a value (`assign`), a form of the secret itself (`shape`), an address, a command, the name
//! of a service (`vendor`). What a line says of those that follow is `below`.

mod address;
mod assign;
mod below;
mod command;
mod foreign;
mod header;
mod name;
mod shape;
mod twin;
mod value;
mod vendor;

pub(crate) use address::query::ANCHORS as QUERY;
pub(crate) use assign::call::CALLS;
pub(crate) use below::Pending;
pub(crate) use command::{
    device::{COMMANDS as DEVICE, SERVERS},
    oracle::ANCHORS as ORACLE,
    shell::COMMANDS as SHELL,
};
pub(crate) use foreign::WORDS as FOREIGN;
pub(crate) use shape::block::{Block, Inside, Opening};
pub(crate) use twin::TWINS;
pub(crate) use vendor::services::{DISTINCT, ORDINARY};

use address::{connection, query, source, uri, webhook};
use assign::call;
use command::{device, oracle, shell, sql};
use shape::block;

use crate::{
    gate::{Anchor, Hit, gate},
    known, mask,
    names::Names,
    settings::Patterns,
    view::View,
};

/// A secret in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: &'static str,
    /// Where the evidence begins: the name before the value.
    pub(crate) from: usize,
    /// Whether a name said so; such a value is masked wherever it reappears.
    pub(crate) named: bool,
}

/// A find of more bytes is not looked into again.
const LONG: usize = 512;

/// What detectors need to know.
pub(crate) struct Detector {
    pub(crate) names: Names,
    pub(crate) patterns: Patterns,
}

impl Detector {
    /// Position of the first byte of a line that needs [`Detector::line`], at or after `from`.
    pub(crate) fn first(&self, text: &str, from: usize) -> Option<usize> {
        gate().visit(text, from, |(start, end), hits| {
            let line = View::new(text.get(start..end).unwrap_or_default());
            self.needs(line, hits).then_some(start)
        })
    }

    /// Whether a line holds a secret or says something of the lines below it.
    fn needs(&self, line: View<'_>, hits: &[Hit]) -> bool {
        let mut found = Vec::new();
        // Whether the line was asked for a name whose value is below it, and where the name ends
        // that was looked at last: "secret_key" is hit twice.
        let (mut announced, mut named) = (false, 0);
        hits.iter().any(|hit| {
            let opens = match hit.anchor {
                Anchor::Manifest => true,
                Anchor::Block => block::opening(line, hit.at).is_some(),
                _ => heads(line, *hit),
            };
            if opens {
                return true;
            }
            self.verify(line, *hit, &mut named, &mut found);
            self.permit(line, &mut found);
            !found.is_empty()
                || matches!(hit.anchor, Anchor::Name | Anchor::Call(_) | Anchor::Sql)
                    && (below::scalar_indent(self, line, hit.at).is_some()
                        || !std::mem::replace(&mut announced, true)
                            && below::pending(self, line).is_some())
        })
    }

    /// The secret half of an AWS key pair, in a line near its id.
    pub(crate) fn aws_secret(&self, text: &str) -> Option<Found> {
        vendor::aws_secret(View::new(text)).filter(|f| self.permits(View::new(text), f))
    }

    /// What the next line's `value:` holds, if this line is `name: X` with a sensitive X.
    pub(crate) fn pending(&self, text: &str) -> Option<Pending> {
        below::pending(self, View::new(text))
    }

    /// The values of a line `value: x` after such a line, or of a table's row.
    pub(crate) fn field_values(&self, text: &str, pending: Pending) -> Vec<Found> {
        let line = View::new(text);
        let mut found = below::field_values(self, line, pending);
        self.permit(line, &mut found);
        found
    }

    /// The places of a line that are worth a look.
    pub(crate) fn hits(text: &str) -> Vec<Hit> {
        gate().visit(text, 0, |_, hits| Some(hits.to_vec())).unwrap_or_default()
    }

    /// Whether the line names a service whose key a line below may hold.
    pub(crate) fn names_service(text: &str, hits: &[Hit]) -> bool {
        hits.iter().any(|hit| heads(View::new(text), *hit))
    }

    /// Keys in a line below the name of their service.
    pub(crate) fn below_service(&self, text: &str, hits: &[Hit]) -> Vec<Found> {
        let line = View::new(text);
        let mut found = Vec::new();
        for hit in hits.iter().filter(|hit| hit.anchor == Anchor::Name) {
            vendor::below(self, line, hit.at, &mut found);
        }
        found.extend(vendor::field_below(line));
        self.permit(line, &mut found);
        found
    }

    /// The value of a YAML line `name: value`, whatever the name.
    pub(crate) fn yaml_value(&self, text: &str) -> Option<Found> {
        below::yaml_value(View::new(text)).filter(|f| self.permits(View::new(text), f))
    }

    /// Everything secret in one line, in order, without overlaps.
    pub(crate) fn line(&self, text: &str, hits: &[Hit]) -> Vec<Found> {
        let line = View::new(text);
        let mut found = Vec::new();
        let mut named = 0;
        for hit in hits {
            // What a long find covers is masked already; to look at every name in it again would
            // take the square of its length.
            let covered = found.last().is_some_and(|f: &Found| {
                (f.start..f.end).contains(&hit.at) && f.end - f.start > LONG
            });
            if !covered {
                self.verify(line, *hit, &mut named, &mut found);
            }
        }
        self.permit(line, &mut found);
        for pattern in &self.patterns.deny {
            let matches = pattern.find_iter(text).filter(|m| {
                !m.is_empty() && !mask::is_mask(m.as_str()) && !known::in_mask(text, m.start())
            });
            found.extend(matches.map(|m| Found {
                start: m.start(),
                end: m.end(),
                kind: "denied",
                from: m.start(),
                named: false,
            }));
        }
        merge(found)
    }

    /// Indentation of a name whose value is the more indented text below it (`password: |`).
    pub(crate) fn scalar(&self, text: &str, hits: &[Hit]) -> Option<usize> {
        let line = View::new(text);
        hits.iter().find_map(|hit| match hit.anchor {
            Anchor::Name => below::scalar_indent(self, line, hit.at),
            _ => None,
        })
    }

    /// A key block that opens in this line and does not close in it.
    pub(crate) fn opening(text: &str, hits: &[Hit]) -> Option<Opening> {
        let line = View::new(text);
        hits.iter().find_map(|hit| match hit.anchor {
            Anchor::Block => block::opening(line, hit.at).filter(|o| o.end.is_none()),
            _ => None,
        })
    }

    /// Looks at one hit; `named` is where the name ends that was looked at last.
    fn verify(&self, line: View<'_>, hit: Hit, named: &mut usize, found: &mut Vec<Found>) {
        match hit.anchor {
            Anchor::Name if hit.at < *named => {}
            Anchor::Name => *named = assign::detect(self, line, hit.at, found),
            Anchor::Hidden => assign::hidden(self, line, hit.at, found),
            Anchor::Scheme => uri::detect(line, hit.at, found),
            Anchor::Token(row) => shape::token(line, hit.at, row, found),
            Anchor::Block => block::detect(line, hit.at, found),
            Anchor::Jwt => shape::jwt(line, hit.at, found),
            Anchor::Flag => command::flag(line, hit.at, found),
            Anchor::Sql => sql::identified_by(line, hit.at, found),
            Anchor::Scheming => header::scheme(line, hit.at, found),
            Anchor::Hashed => shape::hashed(line, hit.at, found),
            Anchor::Infix => shape::infix(line, hit.at, found),
            Anchor::Vendor | Anchor::Ordinary if !vendor::is_name(line, hit.at) => {}
            Anchor::Vendor => vendor::distinct(line, hit.at, found),
            Anchor::Literal => vendor::literal(line, hit.at, found),
            Anchor::Ordinary => vendor::ordinary(line, hit.at, found),
            Anchor::Hook => webhook::hook(line, hit.at, found),
            Anchor::Oracle => oracle::detect(line, hit.at, found),
            Anchor::LoginModule => connection::login_module(line, hit.at, found),
            Anchor::Query => query::detect(line, hit.at, found),
            Anchor::Call(call) => call::detect(line, hit.at, call, found),
            Anchor::Device => device::detect(line, hit.at, found),
            Anchor::Shell(command) => shell::detect(line, hit.at, command, found),
            Anchor::Pgpass => source::pgpass(line, hit.at, found),
            Anchor::Values => {
                sql::insert(self, line, hit.at, found);
            }
            Anchor::Object => below::object(line, hit.at, found),
            Anchor::Twin => twin::detect(line, hit.at, found),
            Anchor::Foreign => foreign::detect(line, hit.at, found),
            Anchor::Encoded => shape::encoded_block(line, hit.at, found),
            Anchor::Manifest => {}
        }
    }

    /// Drops what is already masked and what the user allows.
    fn permit(&self, line: View<'_>, found: &mut Vec<Found>) {
        found.retain(|f| self.permits(line, f));
    }

    fn permits(&self, line: View<'_>, found: &Found) -> bool {
        let value = line.get(found.start, found.end);
        !value.is_empty() && !mask::is_mask(value) && !self.patterns.allows(value)
    }
}

/// Whether a line with this anchor names a service whose key a line below may hold.
fn heads(line: View<'_>, hit: Hit) -> bool {
    let names = match hit.anchor {
        Anchor::Vendor => true,
        Anchor::Ordinary => vendor::is_heading(line),
        _ => false,
    };
    names && vendor::is_name(line, hit.at)
}

/// Sorts and joins overlapping finds; the longer one gives the kind.
pub(crate) fn merge(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|f| (f.start, std::cmp::Reverse(f.end)));
    // A name that reaches into a secret says nothing of what follows.
    let mut ends: Vec<usize> = found.iter().map(|f| f.end).collect();
    ends.sort_unstable();
    found.retain(|f| {
        let before = ends.partition_point(|end| *end <= f.start);
        before.checked_sub(1).and_then(|i| ends.get(i)).is_none_or(|end| *end <= f.from)
    });
    let mut merged: Vec<Found> = Vec::with_capacity(found.len());
    for next in found {
        match merged.last_mut() {
            Some(last) if next.start < last.end => {
                // A format with a name of its own says more than the key before it.
                if next.start == last.start && next.end == last.end && last.named {
                    last.kind = next.kind;
                }
                last.end = last.end.max(next.end);
                last.from = last.from.min(next.from);
            }
            _ => merged.push(next),
        }
    }
    merged
}
