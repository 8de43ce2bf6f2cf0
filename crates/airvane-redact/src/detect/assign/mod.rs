//! Values that a name gives away: JSON, Python repr, `k=v`, YAML, query strings, `--flag value`,
//! environment dumps, XML, headers, calls, and prose such as "the password is x".

mod account;
pub(super) mod call;
mod echo;
mod exempt;
mod gap;
mod list;
mod literal;
pub(super) mod pair;
mod prose;
mod read;
mod reversed;
mod setting;
mod tuple;
pub(super) mod within;

use self::{
    gap::{Gap, Separator, separator},
    tuple::Place,
};
use super::{
    Detector, Found,
    address::webhook,
    header,
    name::{self, MAX_NAME, Name, judge},
    value::{self, Value},
};
use crate::{
    names::{Judgement, Strength},
    values::{self, Form},
    view::{BLANK, NAME, View},
};

/// Looks at the name around `at`; returns where it ends.
pub(super) fn detect(
    detector: &Detector,
    line: View<'_>,
    at: usize,
    found: &mut Vec<Found>,
) -> usize {
    let reach = MAX_NAME + 1;
    let (start, end) = (line.back_within(at, &NAME, reach), line.run_within(at, &NAME, reach));
    if end - start <= MAX_NAME && !exempt::is_name(line, start, end) {
        let start = name::behind_escape(detector, line, start, end);
        reversed::detect(detector, line, start, end, found);
        let before = found.len();
        // Most names that alarm the gate are followed by no value: that is the cheaper question.
        let gap = separator(line, start, end);
        let name = || judge(detector, line, start, end);
        let unpacked = tuple::unpacked(line, start, end);
        if let Some(gap) = gap.filter(|_| !matches!(unpacked, Some(Place::At(_) | Place::Nowhere)))
        {
            if let Some(name) = name() {
                assigned(detector, line, name, gap, found);
            }
        } else {
            webhook::path(line, start, end, found);
        }
        if found.len() == before {
            expressed(detector, line, (start, end), (gap, unpacked), found);
        }
    }
    end
}

/// What Airflow writes in place of each secret that it knows.
const HIDDEN: &str = "***";

/// Looks at the value behind a name that Airflow hid: who has "password" as a password finds that
/// word masked in all that Airflow shows, `user=bob ***=x`, and the value left.
pub(super) fn hidden(detector: &Detector, line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let Some(lead) = line.near(at, 2 * HIDDEN.len()).find(HIDDEN) else { return };
    let word = at + lead;
    let (start, end) = (line.back_within(word, &NAME, MAX_NAME), word + HIDDEN.len());
    // A rule is drawn with more of them, and `***==2.1` is a package.
    let others = line.before(word) == b'*' || line.at(end) == b'*' || line.has_at(end, "==");
    if others {
        return;
    }
    let Some(gap) = separator(line, start, end) else { return };
    // "user ***: no such user": there what was hidden is no name.
    let named = gap.quoted || gap.kind == Gap::Flag || line.at(end) == b'=';
    let strength = if named { Strength::Strong } else { Strength::Medium };
    let judged = Judgement { strength, kind: "secret", compound: false };
    if matches!(gap.kind, Gap::Assign | Gap::Flag) {
        single(detector, line, Name { start, end, judged }, gap, found);
    }
}

/// A value somewhere in the expression behind a name, or told by its place.
fn expressed(
    detector: &Detector,
    line: View<'_>,
    (start, end): (usize, usize),
    (gap, unpacked): (Option<Separator>, Option<Place>),
    found: &mut Vec<Found>,
) {
    let behind = |gap: Separator| match gap.kind {
        Gap::Assign | Gap::Comma => Some(Place::From(gap.end)),
        // `add_argument("--password", default="x")`
        Gap::Flag if gap.quoted => Some(Place::From(gap.end)),
        Gap::Prose => prose::bracketed(line, gap.end).map(Place::At),
        _ => None,
    };
    let called = || within::called(line, start, end).map(Place::From);
    let place = unpacked.or_else(|| gap.and_then(behind)).or_else(called);
    let Some(place) = place else { return };
    let Some(name) = judge(detector, line, start, end) else { return };
    let is_given = |value: &Value| is_given(line, name, *value);
    let value = match place {
        Place::Nowhere => None,
        Place::At(value) => {
            let literal = value.form == Form::Quoted;
            let word = || literal && within::is_default(name, line.get(value.start, value.end));
            Some(value).filter(|value| is_given(value) || word())
        }
        // A getter's result is compared with the value: `assertThat(x.getSecret()).isEqualTo("…")`.
        Place::From(from)
            if line.at(end) == b'('
                && line.at(end + 1) != b')'
                && call::keeps_none(line, name, from) =>
        {
            None
        }
        Place::From(from) => tuple::formatted(line, from)
            .filter(is_given)
            .or_else(|| within::string(line, name, from)),
    };
    found.extend(value.map(|value| name.found(line, value)));
}

fn is_given(line: View<'_>, name: Name, value: Value) -> bool {
    within::is_given(name.judged, line.get(value.start, value.end))
}

/// What stands behind a name and what divides them.
fn assigned(
    detector: &Detector,
    line: View<'_>,
    name: Name,
    gap: Separator,
    found: &mut Vec<Found>,
) {
    let listed = line.at(gap.end) == b'[';
    if gap.kind == Gap::Assign && !listed && header::is_header(name.text(line)) {
        header::detect(line, name.start, name.judged.kind, gap.end, found);
        return;
    }
    if gap.kind == Gap::Call {
        if let Some(value) = call::set(line, name, gap.end) {
            found.push(name.found(line, value));
            return;
        }
        if call::keeps_none(line, name, gap.end) {
            return;
        }
    }
    if structure(detector, line, name, gap, found) {
        return;
    }
    if let Some(value) = beside_user(line, name, gap) {
        found.push(name.found(line, value));
        return;
    }
    single(detector, line, name, gap, found);
}

/// Values in a pair, list or object that opens behind the name; whether they are all there is.
fn structure(
    detector: &Detector,
    line: View<'_>,
    name: Name,
    gap: Separator,
    found: &mut Vec<Found>,
) -> bool {
    let assigned = gap.kind == Gap::Assign;
    let strings = || value::quoted(line, line.run(gap.end + 1, &BLANK)).is_some();
    match line.at(gap.end) {
        b'(' if assigned && strings() => list::pair(line, name, gap.end, found),
        b'[' if strings() => list::list(detector, line, name.judged, gap.end, found),
        b'{' if strings() => {
            if assigned {
                list::pair(line, name, gap.end, found);
            }
            list::object(detector, line, name.judged, gap.end, found);
        }
        b'{' => return assigned && list::flow(line, name.judged, gap.end, found),
        _ => return false,
    }
    true
}

/// The password of `login: bob / x`.
fn beside_user(line: View<'_>, name: Name, gap: Separator) -> Option<Value> {
    let named = name.judged.kind == "credential" || of_user(line, name);
    let follows = matches!(gap.kind, Gap::Assign | Gap::Said | Gap::Prose);
    if named && follows { account::beside(line, gap.end) } else { None }
}

/// `user/pwd: bob / x`
fn of_user(line: View<'_>, name: Name) -> bool {
    let head = line.get(name.start.saturating_sub("username/".len()), name.start);
    ["user/", "username/", "login/"].iter().any(|user| head.ends_with(user))
}

/// One value behind a name, and what it was changed to.
fn single(detector: &Detector, line: View<'_>, name: Name, gap: Separator, found: &mut Vec<Found>) {
    let prose = prose::divides(gap);
    if prose && prose::is_mute(line, name, gap) {
        return;
    }
    let Some(value) = read::value(line, name, gap) else { return };
    let value = read::phrase(line, name, value);
    let text = line.get(value.start, value.end);
    if prose && !prose::tells(line, name, gap, text) {
        if prose::says_key(line, name, text) {
            found.push(Found { named: false, ..name.found(line, value) });
        }
        return;
    }
    // `password: None -> 'x'`
    let set = line.rest(value.end).starts_with(" -> ") && values::is_placeholder(text);
    if set && gap.kind == Gap::Assign {
        let sign = value.end + " -> ".len();
        let new = value::quoted(line, sign).filter(|new| {
            values::is_secret(line.get(new.start, new.end), new.form, name.judged, &detector.names)
        });
        found.extend(new.map(|new| name.found(line, new)));
        return;
    }
    if is_secret(detector, line, name, gap, value) {
        let value = value::whole(line, value);
        found.push(name.found(line, value));
        // Between the two stands what the name says nothing of.
        let changed = read::changed(line, value);
        found.extend(changed.map(|new| Found { from: new.start, ..name.found(line, new) }));
    }
}

/// Whether a value behind this name is a secret, and not another use of the same words.
fn is_secret(
    detector: &Detector,
    line: View<'_>,
    name: Name,
    gap: Separator,
    value: Value,
) -> bool {
    if exempt::is_value(line, name, gap, value) {
        return false;
    }
    let text = line.get(value.start, value.end);
    let literal = setting::is_literal(line, name, gap, value);
    let form = if literal { Form::Literal } else { value.form };
    let key =
        || is_constant(line, name, gap, value) || gap.kind == Gap::Assign && is_used(line, name);
    (values::is_secret(text, form, name.judged, &detector.names)
        || key() && values::is_service_key(text))
        && (literal || !echo::repeats(detector, line, name, value))
        && !prose::goes_on(line, name, gap, value)
}

/// `KEY: "x"`, `key = "x"`: a constant of code.
fn is_constant(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    let equals =
        || gap.kind == Gap::Assign && gap.loose && line.get(name.end, value.start).contains('=');
    value.form == Form::Quoted && (name.text(line) == "KEY" || name.is(line, "key") && equals())
}

/// `?key=x&`, `Using key=x`: a key in the query of a request is the caller's.
fn is_used(line: View<'_>, name: Name) -> bool {
    let text = name.text(line);
    let query = matches!(line.before(name.start), b'?' | b'&')
        && matches!(text, "key" | "apikey" | "appid" | "app_key" | "k");
    let using = name.start.checked_sub("using ".len());
    query || using.is_some_and(|at| line.has_at(at, "using ")) && text.eq_ignore_ascii_case("key")
}
