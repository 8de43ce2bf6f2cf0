//! Values that a name gives away: JSON, Python repr, `k=v`, YAML, query strings, `--flag value`,
//! environment dumps, XML, headers, calls, and prose such as "the password is x".

use super::{
    Detector, Found, account, call, connection, foreign,
    gap::{Gap, Separator, separator},
    header, list,
    name::{self, MAX_NAME, Name, judge},
    prose, read, reversed, setting,
    tuple::{self, Place},
    value::{self, Value},
    webhook, within,
};
use crate::{
    entropy,
    names::{self, Strength},
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
    let checksum = || line.behind(start, "checksum/".len()) == "checksum/";
    let none = checksum()
        || in_reference(line, start)
        || in_userinfo(line, start, end)
        || line.before(start) == b':' && in_arn(line, start);
    if end - start <= MAX_NAME && !none {
        let start = name::behind_escape(detector, line, start, end);
        reversed::detect(detector, line, start, end, found);
        let before = found.len();
        // Most names that alarm the gate are followed by no value: that is the cheaper question.
        let gap = separator(line, start, end);
        let name = || judge(detector, line, start, end);
        let unpacked = tuple::unpacked(line, start, end);
        if let Some(gap) = gap.filter(|_| !matches!(unpacked, Some(Place::At(_)))) {
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
    let text = line.get(value.start, value.end);
    // `PASS=409 WARN=0`: a test runner counts.
    let counts = value.form != Form::Quoted && values::is_count(text);
    // `PASS: "bg-primary text-white"`
    let shouted = |text: &str| {
        name.text(line) == "PASS" && text.matches(' ').count() > 1 && text.contains('-')
    };
    if name.is(line, "pass") && (counts || values::is_outcome(text) || shouted(text)) {
        return false;
    }
    // The name of a secret in AWS, and Vault's half of a login.
    let drawn = values::is_telling(text) && !entropy::is_slug(text);
    if name.text(line) == "--secret-id" && !drawn && !values::is_service_key(text) {
        return false;
    }
    if names::is_object(name.text(line)) && is_label(text) {
        return false;
    }
    if is_account(text, name, line)
        || is_name(text, name, line)
        || name.judged.kind == "credential" && is_address(text)
    {
        return false;
    }
    // `TTY=pts/0 ; PWD=/home/bob`: the working directory.
    let path = |b: u8| b.is_ascii_alphanumeric() || b"/_-.".contains(&b);
    let apart = matches!(line.before(name.start), 0 | b' ' | b'\t' | b'(' | b'{');
    let folder = matches!(name.text(line), "PWD" | "OLDPWD");
    // `-v $PWD:/opt/dags`
    let mounted = name.text(line) == "$PWD";
    if (mounted || folder && apart) && text.starts_with('/') && text.bytes().all(path) {
        return false;
    }
    // Terraform's `random_password.db: Creating...`
    if value.form == Form::Loose && gap.kind == Gap::Assign && line.has_at(value.end, "...") {
        return false;
    }
    // A shell's command substitution: what it prints is elsewhere.
    let ticks = line.before(value.start) == b'`';
    if ticks && (gap.kind == Gap::Assign && text.contains(' ') || text.starts_with("echo ")) {
        return false;
    }
    // psql's variable: `PASSWORD :'name'`.
    if line.behind(value.start, 3) == " :'"
        && gap.kind == Gap::Assign
        && name.text(line) == "PASSWORD"
    {
        return false;
    }
    // A label of a protocol: Rust's `TrafficSecret => b"c e traffic"`.
    if text.contains(' ') && line.behind(value.start, 5) == "=> b\"" {
        return false;
    }
    let literal = setting::is_literal(line, name, gap, value);
    let form = if literal { Form::Literal } else { value.form };
    let key =
        || is_constant(line, name, gap, value) || gap.kind == Gap::Assign && is_used(line, name);
    (values::is_secret(text, form, name.judged, &detector.names)
        || key() && values::is_service_key(text))
        && (literal || !repeats(detector, line, name, value))
        && !prose::goes_on(line, name, gap, value)
}

/// A connection string without a credential, or one in which only the address is a secret: that was
/// looked at as such.
fn is_address(text: &str) -> bool {
    let address = text.split_once("://").map(|(_, rest)| rest);
    address.is_some_and(|rest| {
        let (authority, path) = rest.split_once(['/', '?']).unwrap_or((rest, ""));
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        // A user without a password may be a key, and so may a host.
        let told = user.contains(':') || !values::is_telling(user);
        let host = host.contains(['.', ':', '{', '$']) || !entropy::looks_random(host, 12);
        let random = |part: &str| {
            entropy::looks_random(part, 12) || entropy::is_uuid(part) || entropy::is_hash(part)
        };
        let plain = !path.split(['/', '&', '=']).any(random) && !path.contains("?k=");
        let query = rest.split_once('?').is_some_and(|(_, query)| {
            query.split('&').any(|field| field.split('=').nth(1).is_some_and(values::is_telling))
        });
        told && host && plain && !query && !text.contains(';')
    }) || connection::is_harmless(text)
}

/// The name of an object of Kubernetes, of words: `regcred`, `keycloak-admin-credential`.
fn is_label(text: &str) -> bool {
    let word = |part: &str| part.len() > 1 && part.bytes().all(|b| b.is_ascii_lowercase());
    text.split(['-', '.', '_']).all(word)
}

/// The name of an account, not the file with its key: `serviceAccount: airflow-worker`.
fn is_account(text: &str, name: Name, line: View<'_>) -> bool {
    let words = names::words(name.text(line));
    let account = matches!(words.as_slice(), [.., service, account]
        if service == "service" && account == "account");
    let label = |b: u8| b.is_ascii_alphanumeric() || b"-._@:/".contains(&b);
    account && text.len() < 128 && text.bytes().all(label) && !entropy::looks_random(text, 16)
}

/// The name of a setting or of a field that says the same: `SESSION_TOKEN = "fs.s3a.session.token"`,
/// `"token_key": "access_token"`.
fn is_name(text: &str, name: Name, line: View<'_>) -> bool {
    // `fs.s3a.secret.key` has a digit, but no part that is drawn.
    let plain = |part: &str| {
        let letters = part.bytes().take_while(u8::is_ascii_lowercase).count();
        let digits = part.len() - letters;
        letters > 0 && part.bytes().all(|b| b.is_ascii_lowercase()) || part == "s3a" && digits > 0
    };
    if !text.contains(['.', '_']) || !text.split(['.', '_']).all(plain) {
        return false;
    }
    let (said, words) = (names::words(name.text(line)), names::words(text));
    let again = words.last().is_some_and(|last| said.contains(last));
    let dotted = text.contains('.') && entropy::bits_per_byte(text) < 3.9;
    again && words.len() > 1 && (dotted || name.judged.kind == "token" && said.len() > 1)
}

/// `KEY: "x"`, `key = "x"`: a constant of code.
fn is_constant(line: View<'_>, name: Name, gap: Separator, value: Value) -> bool {
    let equals =
        || gap.kind == Gap::Assign && gap.loose && line.get(name.end, value.start).contains('=');
    value.form == Form::Quoted && (name.text(line) == "KEY" || name.is(line, "key") && equals())
}

/// `arn:aws:secretsmanager:eu-west-1:1:secret:name`: the name of a secret, not a secret.
fn in_arn(line: View<'_>, at: usize) -> bool {
    let head = line.text.get(at.saturating_sub(MAX_NAME)..at).unwrap_or_default();
    head.rfind("arn:").and_then(|i| head.get(i..)).is_some_and(|arn| !arn.contains([' ', '"']))
}

/// A file in a reference to what it holds: `${file:/etc/kafka/secrets.properties:truststore}`.
fn in_reference(line: View<'_>, start: usize) -> bool {
    line.before(start) == b'/'
        && line.behind(start, MAX_NAME).rsplit("${").next().is_some_and(|reference| {
            reference.starts_with("file:") && !reference.contains(['}', ' '])
        })
}

/// The user in an address: `https://x-token-auth:y@host`. What follows is looked at as an address.
fn in_userinfo(line: View<'_>, start: usize, end: usize) -> bool {
    // Where no `@` follows, it is no user.
    let address = line.near(end, 2 * MAX_NAME).split([' ', '"', '\'']).next().unwrap_or_default();
    line.at(end) == b':'
        && address.contains('@')
        && line.behind(start, MAX_NAME).rsplit("://").next().is_some_and(|user| {
            user.len() < line.behind(start, MAX_NAME).len()
                && user.bytes().all(|b| b.is_ascii_alphanumeric() || b"+._-".contains(&b))
        })
}

/// `?key=x&`, `Using key=x`: a key in the query of a request is the caller's.
fn is_used(line: View<'_>, name: Name) -> bool {
    let text = name.text(line);
    let query = matches!(line.before(name.start), b'?' | b'&')
        && matches!(text, "key" | "apikey" | "appid" | "app_key" | "k");
    let using = name.start.checked_sub("using ".len());
    query || using.is_some_and(|at| line.has_at(at, "using ")) && text.eq_ignore_ascii_case("key")
}

/// `RESOURCE_PASSWORD = "Password"`, `"password": "password"`: the value only says the name again.
/// `MYSQL_ROOT_PASSWORD = "root"` says whose the password is, and many take that for it.
fn repeats(detector: &Detector, line: View<'_>, name: Name, value: Value) -> bool {
    /// So many signs are a password.
    const SIGNS: usize = 6;
    let text = line.get(value.start, value.end);
    if text.len() > MAX_NAME || text.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let said = names::words(name.text(line));
    let words = names::words(text);
    let password = name.judged.kind == "password";
    let owner =
        password && !words.is_empty() && detector.names.judge(text).strength == Strength::None;
    let meant = password && is_meant(line, name, value);
    let translated = foreign::is_word(text);
    let signs = words.is_empty() && text.is_ascii() && text.len() >= SIGNS;
    let again = !signs && words.iter().all(|word| said.contains(word));
    translated || !owner && !meant && again
}

/// Whether the word "password" itself is the password: behind a user, in an environment or in place
/// of what is not set there.
fn is_meant(line: View<'_>, name: Name, value: Value) -> bool {
    const REACH: usize = 128;
    #[rustfmt::skip]
    const OWNERS: &[&str] = &[
        "db", "database", "root", "admin", "default", "mysql", "postgres", "pg", "smtp", "mail", "redis", "ftp",
        "ldap", "mongo", "rabbitmq",
    ];
    #[rustfmt::skip]
    const USERS: &[&str] = &[
        "username\"", "user\"", "email\"", "login\"", "username `", "username=\"", "user=\"", "login=\"",
        "user '",
    ];
    let head = line.behind(name.start, REACH);
    let beside = USERS.iter().any(|user| head.contains(user));
    let sign = line.get(name.end, value.start);
    let given = matches!(sign, "=\"" | "='") || sign.contains(['|', ',']);
    // SQL's `WITH PASSWORD 'password'`
    let sql = sign == " '" && name.text(line) == "PASSWORD";
    // `database_password = 'password'`, but not the label of a form.
    let owned = names::has_word(name.text(line), OWNERS);
    // A builder's or a form's: `.password("password")`, `setPassword("password")`.
    let function = name.text(line).rsplit('.').next().unwrap_or_default();
    let chained = name.text(line).starts_with('.') && line.get(0, name.start).trim().is_empty();
    let set = sign.starts_with('(') && (chained || function.starts_with("set"));
    // `connect(user="user", password="password")`
    let argument = given && name.is(line, "password") && sign.starts_with('=');
    let lower = line.get(value.start, value.end).bytes().all(|b| b.is_ascii_lowercase());
    lower
        && (argument
            || beside
            || sql
            || set
            || owned
            || given && setting::is_shouted(name.text(line)))
}
