//! Credentials as commands and SQL take them: `mysql -psecret`, `curl -u user:secret`,
//! `sshpass -p secret`, `IDENTIFIED BY 'secret'`.

use super::{
    Found,
    value::{self, Reach, Value},
};
use crate::{
    values,
    view::{ALNUM, BLANK, View},
};

/// Commands whose `-p` takes a password, after a blank or attached.
const PASSWORD_FLAG: &[&str] = &[
    "mysql",
    "mysqldump",
    "mysqladmin",
    "mariadb",
    "sshpass",
    "docker login",
    "podman login",
    "helm registry login",
    "az login",
    "mongo",
    "mongosh",
    "mongodump",
    "mongorestore",
    "ldapsearch",
    "ldapmodify",
    "smbclient",
    "rabbitmqadmin",
    "cqlsh",
    "influx",
    "oc login",
    "skopeo",
    "buildah",
    "nordvpn",
    "sqlcmd",
    "bcp",
    "tabcmd",
    "beeline",
    "htpasswd",
    "snowsql",
    "cf login",
    "ibmcloud",
];

/// Commands whose `-u` takes `user:password`.
const USER_FLAG: &[&str] = &["curl", "http ", "https ", "wget", "lftp", "xh "];

/// How far before a flag its command may stand, in bytes.
const REACH: usize = 512;

pub(super) fn flag(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let floor = at.saturating_sub(REACH);
    let floor = (floor..=at).find(|i| line.text.is_char_boundary(*i)).unwrap_or(at);
    let head = line.get(floor, at);
    let flag = if line.at(at) == b' ' { at + 1 } else { at };
    let dashes = line.at(flag + 1) == b'-';
    let letter = line.at(flag + 1);
    if dashes || letter == b'u' {
        user(line, head, flag, dashes, found);
        return;
    }
    let named = match letter {
        b'p' => mentions(head, PASSWORD_FLAG),
        b'a' => mentions(head, &["redis-cli", "keydb-cli", "valkey-cli"]),
        b'w' => mentions(head, &["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete"]),
        _ => false,
    };
    if !named {
        return;
    }
    let attached = flag + 2;
    let start = line.run(attached, &BLANK);
    // `mysql -p db`: there the password is asked for, `db` is the database.
    let mysql = mentions(head, &["mysql", "mysqldump", "mysqladmin", "mariadb"]);
    if start > attached && (mysql || line.at(start) == b'-') {
        return;
    }
    push(line, start, at, found);
}

/// `-u user:password`, `--user user:password`, `--user=user:password`.
fn user(line: View<'_>, head: &str, flag: usize, long: bool, found: &mut Vec<Found>) {
    // A command may have begun on the line before.
    let continued = head.trim().is_empty();
    if !continued && !mentions(head, USER_FLAG) {
        return;
    }
    let name = if long { flag + "--user".len() } else { flag + 2 };
    let start = name + usize::from(line.at(name) == b'=');
    let start = line.run(start, &BLANK);
    if long && start == name {
        return;
    }
    let value =
        value::quoted(line, start).unwrap_or_else(|| value::bare(line, start, Reach::Blank));
    let Some(colon) = line.get(value.start, value.end).find(':') else { return };
    let start = value.start + colon + 1;
    let name = line.get(value.start, value.start + colon);
    if start == value.end && name.len() >= 10 && name.bytes().any(|b| b.is_ascii_digit()) {
        // An API key as user name, with an empty password.
        found.push(Found {
            start: value.start,
            end: start - 1,
            kind: "key",
            from: flag,
            named: true,
        });
        return;
    }
    let password = line.get(start, value.end);
    let mixed = password.bytes().any(|b| b.is_ascii_digit())
        && password.bytes().any(|b| b.is_ascii_alphabetic());
    if continued && !(mixed && password.len() >= 8) {
        return;
    }
    if password.len() >= 2 && !values::is_placeholder(password) && !password.contains("://") {
        found.push(Found { start, end: value.end, kind: "password", from: flag, named: true });
    }
}

fn push(line: View<'_>, start: usize, from: usize, found: &mut Vec<Found>) {
    let value =
        value::quoted(line, start).unwrap_or_else(|| value::bare(line, start, Reach::Blank));
    let password = line.get(value.start, value.end);
    if password.len() >= 3 && !values::is_placeholder(password) {
        let Value { start, end, .. } = value;
        found.push(Found { start, end, kind: "password", from, named: true });
    }
}

/// Whether the text before a flag calls one of `commands`.
fn mentions(head: &str, commands: &[&str]) -> bool {
    commands.iter().any(|command| {
        head.rfind(command).is_some_and(|i| {
            let view = View::new(head);
            let end = i + command.len();
            !ALNUM.has(view.before(i)) && (command.ends_with(' ') || !ALNUM.has(view.at(end)))
        })
    })
}

/// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH caching_sha2_password BY 'x'`; the anchor is at `tified`.
pub(super) fn identified_by(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let Some(start) = at.checked_sub(4).filter(|&i| line.has_at(i, "identified")) else { return };
    let rest = line.rest(at).to_ascii_lowercase();
    let Some(by) = rest.find(" by ").filter(|i| *i < 80) else { return };
    let mut value = line.run(at + by + 4, &BLANK);
    if line.has_at(value, "password ") {
        value += "password ".len();
    }
    if line.has_at(value, "values ") {
        value += "values ".len();
    }
    if let Some(quoted) = value::quoted(line, value) {
        if !values::is_placeholder(line.get(quoted.start, quoted.end)) {
            let (from, end) = (start, quoted.end);
            found.push(Found { start: quoted.start, end, kind: "password", from, named: true });
        }
    } else {
        push(line, value, start, found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets<'a>(text: &'a str, anchor: &str) -> Vec<&'a str> {
        let mut found = Vec::new();
        let at = text.find(anchor).unwrap();
        if anchor == "tified" {
            identified_by(View::new(text), at, &mut found);
        } else {
            flag(View::new(text), at, &mut found);
        }
        found.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_credentials_of_known_commands() {
        assert_eq!(secrets("mysql -uroot -phunter2 app", " -p"), ["hunter2"]);
        assert_eq!(secrets("sshpass -p 'hun ter2' ssh x", " -p"), ["hun ter2"]);
        assert_eq!(secrets("redis-cli -h x -a hunter2 ping", " -a"), ["hunter2"]);
        assert_eq!(secrets("curl --user=bob:hunter2 https://x", "--user"), ["hunter2"]);
        assert_eq!(
            secrets("IDENTIFIED WITH x BY 'hunter2'".to_lowercase().leak(), "tified"),
            ["hunter2"]
        );
    }

    #[test]
    fn leaves_other_commands() {
        assert!(secrets("mkdir -p /opt/airflow", " -p").is_empty());
        assert!(secrets("mysql -u root -p app", " -p").is_empty());
        assert!(secrets("docker run -u 1000:1000 x", " -u").is_empty());
        assert!(secrets("curl -u $USER:$PASS https://x", " -u").is_empty());
    }
}
