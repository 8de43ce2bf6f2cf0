//! Users whose password is their own name, as guides write them: `admin/admin`, `(guest guest)`.

use super::Found;
use crate::view::{NAME, View};

/// User, what divides them, password; a bracket behind it where that alone tells.
pub(crate) const TWINS: &[&str] = &[
    "admin/admin",
    "admin / admin",
    "admin`/`admin",
    "admin` / `admin",
    "admin:admin)",
    "admin admin)",
    "admin admin )",
    "root/root",
    "root / root",
    "root:root)",
    "guest/guest",
    "guest / guest",
    "guest:guest)",
    "airflow / airflow",
    "airflow`/`airflow",
    "airflow` / `airflow",
    "airflow:airflow)",
    "postgres / postgres",
    "minioadmin / minioadmin",
    "minioadmin/minioadmin",
    "minioadmin:minioadmin)",
];

/// Looks at the pair whose user begins at `at`.
pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    // "(Admin Admin)" is a person.
    let Some(twin) = TWINS.iter().find(|twin| line.rest(at).starts_with(**twin)) else { return };
    // Paths and addresses go on so.
    let path = |b: u8| NAME.has(b) || b"/:@".contains(&b);
    let user = line.get(at, line.run(at, &NAME));
    let pair = twin.trim_end_matches([')', ' ']);
    let end = at + pair.len();
    let begins = if pair.len() < twin.len() {
        line.text.get(..at).is_some_and(|head| head.trim_end().ends_with('('))
    } else {
        !path(line.before(at))
    };
    // `/admin/admin.js`, and the end of a sentence.
    let ends = !path(line.at(end)) || line.at(end) == b'.' && !NAME.has(line.at(end + 1));
    if begins && ends {
        let start = end - user.len();
        found.push(Found { start, end, kind: "password", from: at, named: false });
    }
}
