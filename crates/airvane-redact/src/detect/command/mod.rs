//! Credentials as flags of commands: `mysql -psecret`, `curl -u user:secret`, `sshpass -p secret`.

pub(super) mod device;
pub(super) mod oracle;
pub(super) mod shell;
pub(super) mod sql;

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{
    Found,
    value::{self, Reach, Value},
};
use crate::{
    mask, values,
    view::{ALNUM, BLANK, View},
};

/// Commands and the flags with which they take a credential: `-p secret` or attached, `-u
/// user:secret`. Sources: each command's manual page.
#[rustfmt::skip]
const COMMANDS: &[(&str, &str)] = &[
    ("mysql", "p"),
    ("mysqldump", "p"),
    ("mysqladmin", "p"),
    ("mysqlimport", "p"),
    ("mysqlcheck", "p"),
    ("mysqlpump", "p"),
    ("mariadb", "p"),
    ("sshpass", "p"),
    ("docker login", "p"),
    ("podman login", "p"),
    ("helm registry login", "p"),
    ("az login", "p"),
    ("mongo", "p"),
    ("mongosh", "p"),
    ("mongodump", "p"),
    ("mongorestore", "p"),
    ("mongoimport", "p"),
    ("mongoexport", "p"),
    ("smbclient", "puU"),
    ("rabbitmqadmin", "p"),
    ("cqlsh", "p"),
    ("cypher-shell", "p"),
    ("choco", "k"),
    ("nuget", "k"),
    ("influx", "p"),
    ("oc login", "p"),
    ("skopeo", "p"),
    ("buildah", "p"),
    ("nordvpn", "p"),
    ("tabcmd", "p"),
    ("beeline", "p"),
    ("snowsql", "p"),
    ("cf login", "p"),
    ("ibmcloud", "p"),
    ("psexec", "p"),
    ("evil-winrm", "p"),
    ("netexec", "p"),
    ("nxc", "p"),
    ("crackmapexec", "p"),
    ("twine upload", "p"),
    ("winexe", "p"),
    ("sqsh", "p"),
    ("isql", "p"),
    ("couchbase-cli", "p"),
    ("7z", "p"),
    ("7za", "p"),
    ("rar", "p"),
    ("unrar", "p"),
    ("plink", "p"),
    ("pscp", "p"),
    ("psftp", "p"),
    ("putty", "p"),
    ("kinit", "p"),
    ("nexus", "p"),
    ("rdesktop", "p"),
    ("snmpwalk", "AX"),
    ("snmpget", "AX"),
    ("snmpset", "AX"),
    ("htpasswd", "p"),
    ("sqlcmd", "pP"),
    ("bcp", "pP"),
    ("zip", "P"),
    ("unzip", "P"),
    ("osql", "P"),
    ("ipmitool", "P"),
    ("mosquitto_pub", "P"),
    ("mosquitto_sub", "P"),
    ("ldapsearch", "pw"),
    ("ldapmodify", "pw"),
    ("snmptrap", "AX"),
    ("net-snmp-create-v3-user", "AX"),
    ("snmpbulkwalk", "AX"),
    ("trapsess", "AX"),
    ("ldapadd", "w"),
    ("ldapwhoami", "w"),
    ("ldapcompare", "w"),
    ("ldapdelete", "w"),
    ("ldappasswd", "w"),
    ("redis-cli", "a"),
    ("redis-benchmark", "a"),
    ("exaplus", "p"),
    ("vsql", "w"),
    ("keydb-cli", "a"),
    ("valkey-cli", "a"),
    ("openssl enc", "k"),
    ("etcdctl", "u"),
    ("airflow users", "p"),
    ("crane auth", "p"),
    ("usermod", "p"),
    ("useradd", "p"),
    ("knife", "P"),
    ("ssh-keygen", "P"),
    ("security add-", "w"),
    ("curl", "uU"),
    ("http ", "ua"),
    ("https ", "ua"),
    ("wget", "u"),
    ("lftp", "u"),
    ("xh ", "u"),
    ("rpcclient", "uU"),
    ("smbget", "uU"),
];

/// How far before a flag its command may stand, in bytes.
const REACH: usize = 256;

pub(super) fn flag(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let floor = at.saturating_sub(REACH);
    let floor = (floor..=at).find(|i| line.text.is_char_boundary(*i)).unwrap_or(at);
    let head = line.get(floor, at + usize::from(line.at(at) == b' '));
    let flag = if matches!(line.at(at), b' ' | b'"' | b'\'') { at + 1 } else { at };
    let dashes = line.at(flag + 1) == b'-';
    let letter = line.at(flag + 1);
    // HTTPie's `-a user:password`.
    let auth = letter == b'a' && mentions(head, &["http ", "https ", "xh "]);
    if dashes || auth || matches!(letter, b'u' | b'U') {
        user(line, head, flag, dashes, found);
        return;
    }
    // `-password x` is a name of its own.
    if line.has_at(flag, "-pass") {
        return;
    }
    let plink = line.has_at(flag, "-pw ");
    if !takes(head, letter) && !is_beside_user(line, head, flag)
        || plink && !mentions(head, &["plink", "pscp", "psftp", "putty"])
    {
        return;
    }
    let attached = flag + 2 + usize::from(plink);
    // An item of a list: `"redis-cli", "-a", "x"`.
    let listed = matches!(line.at(attached), b'"' | b'\'') && line.at(attached + 1) == b',';
    let start = line.run(attached + if listed { 2 } else { 0 }, &BLANK);
    // `mysql -p db`: there the password is asked for, `db` is the database.
    let mysql = mentions(head, &["mysql", "mysqldump", "mysqladmin", "mariadb"]);
    if start > attached && (mysql && !listed || line.at(start) == b'-') {
        return;
    }
    push(line, start, at, found);
}

/// `-u user:password`, `--user user:password`, `--user=user:password`.
fn user(line: View<'_>, head: &str, flag: usize, long: bool, found: &mut Vec<Found>) {
    // A command may have begun on the line before.
    let continued = head.trim().is_empty();
    let letter = if long { b'u' } else { line.at(flag + 1) };
    if !continued && !takes(head, letter) {
        return;
    }
    let name = if long { flag + "--user".len() } else { flag + 2 };
    let start = name + usize::from(line.at(name) == b'=');
    let listed = matches!(line.at(name), b'"' | b'\'') && line.at(name + 1) == b',';
    let start = line.run(start + if listed { 2 } else { 0 }, &BLANK);
    if long && start == name {
        return;
    }
    let value =
        value::quoted(line, start).unwrap_or_else(|| value::bare(line, start, Reach::Blank));
    // Samba divides by a percent sign, lftp by a comma.
    let signs: &[char] = if mentions(head, &["lftp"]) {
        &[',']
    } else if mentions(head, &["smbclient", "rpcclient", "smbget"]) {
        &['%']
    } else {
        &[':']
    };
    let text = line.get(value.start, value.end);
    // A mask has a colon of its own.
    let Some(colon) = text.find(signs).filter(|_| !mask::holds(text)) else { return };
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

/// `-U sa -p x` of any command, also where that stands in a line above: a user, and what has letters and
/// digits.
fn is_beside_user(line: View<'_>, head: &str, flag: usize) -> bool {
    let user = [" -u ", " -U "].iter().any(|user| head.contains(user));
    let start = line.run(flag + 2, &BLANK);
    let value =
        value::quoted(line, start).unwrap_or_else(|| value::bare(line, start, Reach::Blank));
    let text = line.get(value.start, value.end);
    let has = |kind: fn(&u8) -> bool| text.as_bytes().iter().any(kind);
    let drawn = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && text.len() >= 6;
    user && matches!(line.at(flag + 1), b'p' | b'P')
        && start > flag + 2
        && drawn
        && !text.contains(['/', ':', '=', '.', '_', '-'])
}

/// Masks the password that starts at `start`.
pub(super) fn push(line: View<'_>, start: usize, from: usize, found: &mut Vec<Found>) {
    let value =
        value::quoted(line, start).unwrap_or_else(|| value::bare(line, start, Reach::Blank));
    let password = line.get(value.start, value.end);
    // A shell's command substitution: what it prints is elsewhere.
    let printed = line.before(value.start) == b'`' && password.contains(' ');
    if password.len() >= 3 && !values::is_placeholder(password) && !printed {
        let Value { start, end, .. } = value;
        found.push(Found { start, end, kind: "password", from, named: true });
    }
}

/// Whether the text before a flag calls a command that takes a credential with it.
fn takes(head: &str, letter: u8) -> bool {
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let names = COMMANDS.iter().map(|(name, _)| name);
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).ok()
    });
    let Some(finder) = FINDER.as_ref() else { return false };
    let view = View::new(head);
    finder.find_iter(head).any(|m| {
        let Some((name, flags)) = COMMANDS.get(m.pattern().as_usize()) else { return false };
        let ends = name.ends_with(' ') || !ALNUM.has(view.at(m.end()));
        flags.bytes().any(|flag| flag == letter) && !ALNUM.has(view.before(m.start())) && ends
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets<'a>(text: &'a str, anchor: &str) -> Vec<&'a str> {
        let mut found = Vec::new();
        let at = text.find(anchor).unwrap();
        flag(View::new(text), at, &mut found);
        found.iter().map(|f| &text[f.start..f.end]).collect()
    }

    #[test]
    fn finds_credentials_of_known_commands() {
        assert_eq!(secrets("mysql -uroot -phunter2 app", " -p"), ["hunter2"]);
        assert_eq!(secrets("sshpass -p 'hun ter2' ssh x", " -p"), ["hun ter2"]);
        assert_eq!(secrets("redis-cli -h x -a hunter2 ping", " -a"), ["hunter2"]);
        assert_eq!(secrets("curl --user=bob:hunter2 https://x", "--user"), ["hunter2"]);
    }

    #[test]
    fn leaves_other_commands() {
        assert!(secrets("mkdir -p /opt/airflow", " -p").is_empty());
        assert!(secrets("mysql -u root -p app", " -p").is_empty());
        assert!(secrets("docker run -u 1000:1000 x", " -u").is_empty());
        assert!(secrets("curl -u $USER:$PASS https://x", " -u").is_empty());
    }
}
