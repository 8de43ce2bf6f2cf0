//! Values that only say their name again, `"password": "password"`, and those that mean it: many a
//! password is the word "password".

use super::setting;
use crate::{
    detect::{
        Detector, foreign,
        name::{MAX_NAME, Name},
        value::Value,
    },
    names::{self, Strength},
    values::Form,
    view::View,
};

/// `RESOURCE_PASSWORD = "Password"`, `"password": "password"`: the value only says the name again.
/// `MYSQL_ROOT_PASSWORD = "root"` says whose the password is, and many take that for it.
pub(super) fn repeats(detector: &Detector, line: View<'_>, name: Name, value: Value) -> bool {
    /// So many signs are a password.
    const SIGNS: usize = 6;
    let text = line.get(value.start, value.end);
    let called = name.text(line);
    if is_thing(name, value.form, called, text) || is_title(called, text) {
        return true;
    }
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

/// Code that names a thing as it is called, `exports.Socks5ProxyAgent = Socks5ProxyAgent`, or its
/// type: `api_key: ApiGatewayApiKey`.
fn is_thing(name: Name, form: Form, said: &str, text: &str) -> bool {
    let text = text.trim_start_matches('(');
    let thing = said.rsplit('.').next() == Some(text);
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric());
    let cased = text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().any(|b| b.is_ascii_lowercase());
    let of_type = || {
        let (said, words) = (names::words(said), names::words(text));
        let letters = text.bytes().all(|b| b.is_ascii_alphabetic());
        (said.len() > 1 || letters && words.len() > 1) && words.ends_with(&said)
    };
    // A name of a type may be in quotes: `credential: "TokenCredential"`.
    let bare = form != Form::Quoted;
    let typed = bare
        || matches!(name.judged.kind, "credential" | "authorization")
        || names::words(said).len() == 1;
    name.judged.kind != "password"
        && (bare && said == text || cased && (bare && thing || typed && plain && of_type()))
}

/// The permission of that name, `"GetCredentials": "iam:GetCredentials"`, and the header that a
/// constant names: `RESET_AUTHORIZATION = "X-Reset-Authorization"`.
fn is_title(said: &str, text: &str) -> bool {
    let permission = text.rsplit_once(':').is_some_and(|(service, action)| {
        action == said && service.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    });
    let capital = |part: &str| part.starts_with(|c: char| c.is_ascii_uppercase());
    let header = || {
        let (said, words) = (names::words(said), names::words(text));
        let shared = words.iter().filter(|word| said.contains(word)).count();
        text.contains('-') && text.split('-').all(capital) && shared >= 2
    };
    permission || header()
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
    // A field of an object that is a configuration: `"password": "password",`.
    let member = matches!(sign, "\": \"" | "': '" | "\":\"")
        && name.text(line) == "password"
        && line.get(0, name.start).trim().len() == 1
        && line.rest(value.end + 1).trim_matches([',', ' ']).is_empty();
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
            || member
            || beside
            || sql
            || set
            || owned
            || given && setting::is_shouted(name.text(line)))
}
