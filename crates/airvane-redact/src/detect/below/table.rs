//! Tables whose head names a secret: drawn, aligned, separated by signs, or the rows of an SQL
//! statement whose columns stand above them.

use crate::{
    detect::name::MAX_NAME,
    entropy, mask,
    names::{self, Judgement, Names, Strength},
    values::{self, Form},
    view::{BLANK, Class, DIGIT, LOWER, UPPER, View},
};

/// A column of a table, or some of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// What divides cells, how many there are, and a bit for each that is meant; for each in which a
    /// number is how many passed; for each that may be the key of a dimension.
    /// A drawn table begins with its head and a rule below it; so long it is none.
    Ruled { rule: char, cells: usize, meant: u128, counts: u128, dimensions: u128, drawn: bool },
    /// Where the title begins and ends in a table that is aligned with blanks.
    Aligned { start: usize, end: usize },
}

/// A table's head that names a secret: `user,password`, `| user | password |`.
pub(super) fn column(names: &Names, line: View<'_>) -> Option<(Judgement, Column)> {
    const MAX_HEAD: usize = 256;
    // Most lines hold a sign that no head has, soon.
    static HEAD: Class =
        Class::of(LOWER).with(UPPER).with(DIGIT).with(b" \t_-|;,\"'+").with("│┆".as_bytes());
    let line = View::new(line.rest(message(line)));
    if line.len() > MAX_HEAD || line.run(0, &HEAD) < line.len() {
        return None;
    }
    // Jira doubles the rules of a head.
    let head = line.text.trim();
    let text = if head.starts_with("||") { head.replace("||", "|") } else { head.to_owned() };
    // Polars draws others around the table than within.
    let text = if text.contains('┆') { text.trim_matches(['│', ' ']) } else { text.as_str() };
    let rule = ['┆', '|', '│', '\t', ';', ','].into_iter().find(|rule| text.contains(*rule));
    let Some(rule) = rule else { return aligned(names, line) };
    let cells: Vec<&str> = text.split(rule).collect();
    let sparse = matches!(rule, ',' | ';');
    let is_title = |cell: &str| {
        let title = cell.trim().trim_matches(['"', '\'']);
        let plain = title.bytes().all(|b| b.is_ascii_alphanumeric() || b"_- ".contains(&b));
        plain
            && title.len() <= 32
            && title.split(' ').count() <= 5
            && !(sparse && (cell.starts_with(' ') || title.is_empty()))
    };
    if cells.len() < 2 || !cells.iter().all(|cell| is_title(cell)) {
        return None;
    }
    // Jira draws no rule, nor does SQLite between `login|pwd` and its rows.
    let tight = rule == '|' && !text.contains([' ', '+']) && !text.starts_with('|');
    let jira = head.contains("||") || tight && has_other(cells.iter().copied());
    let bare = matches!(rule, '\t' | ';' | ',');
    if bare && !has_other(cells.iter().copied()) {
        return None;
    }
    let (judged, column) = ruled(names, rule, &cells)?;
    Some((judged, if jira { column.below(View::new("---")) } else { column }))
}

/// Where the message begins behind what Airflow 2 puts before the first line of each:
/// `[2026-05-12T12:10:20.463+0000] {logging_mixin.py:188} INFO - `.
fn message(line: View<'_>) -> usize {
    const REACH: usize = 120;
    if line.at(0) != b'[' {
        return 0;
    }
    let reach = line.len().min(REACH);
    let at = memchr::memmem::find(line.bytes().get(..reach).unwrap_or_default(), b" - ");
    at.map_or(0, |at| at + " - ".len())
}

/// The columns whose titles name a secret.
fn ruled(names: &Names, rule: char, titles: &[&str]) -> Option<(Judgement, Column)> {
    let (mut first, mut meant, mut counts, mut dimensions) = (None, 0, 0, 0);
    for (index, title) in (0..u128::BITS).zip(titles) {
        let title = title.trim().trim_matches(['"', '\'']);
        let judged = names.judge(title);
        if judged.strength == Strength::Strong {
            meant |= 1 << index;
            counts |= u128::from(title.eq_ignore_ascii_case("pass")) << index;
            dimensions |= u128::from(is_dimension(title)) << index;
            first.get_or_insert(judged);
        }
    }
    let drawn = !matches!(rule, '|' | '│' | '┆');
    Some((first?, Column::Ruled { rule, cells: titles.len(), meant, counts, dimensions, drawn }))
}

/// `user_key`, `project_key`: in a table often what joins it to another.
fn is_dimension(title: &str) -> bool {
    const OF: &[&str] =
        &["user", "project", "account", "session", "client", "service", "host", "app"];
    let of = title.to_ascii_lowercase();
    of.strip_suffix("_key").is_some_and(|of| OF.contains(&of))
}

/// The columns whose values stand in the lines below: `COPY t (id, password) FROM stdin;`, `INSERT
/// INTO t (id, password) VALUES`, also with places that `SQLAlchemy` fills from `[parameters: (…)]`.
pub(super) fn copied(names: &Names, line: View<'_>) -> Option<(Judgement, Column)> {
    const INSERT: &str = "INSERT INTO ";
    // Most lines end otherwise.
    if !line.text.trim_end().ends_with([';', ']', '[', ')', 'S']) {
        return None;
    }
    let titles = |list: &str| list.split(',').map(str::trim).map(str::to_owned).collect();
    let (rule, titles): (char, Vec<String>) = if let Some(copy) = line.text.strip_prefix("COPY ") {
        let (_, list) = copy.strip_suffix(") FROM stdin;")?.split_once('(')?;
        ('\t', titles(list))
    } else if let Some((_, insert)) = line.text.split_once(INSERT) {
        let (_, list) = insert.split_once('(')?;
        let (list, rest) = list.split_once(')')?;
        // The rows may begin in the next line.
        let rest = rest.trim();
        let rest = if rest.is_empty() { rest } else { rest.strip_prefix("VALUES")? };
        let places = rest.bytes().all(|b| b" ()[],?%s:0123456789".contains(&b));
        (',', if places { titles(list) } else { return None })
    } else if let Some((_, cases)) = line.text.split_once("parametrize(") {
        // pytest's `parametrize("user,password", [`
        let names = cases.strip_suffix('[')?.trim_end().strip_suffix(',')?;
        (',', titles(names.trim_matches(['(', ')', '[', ']'])))
    } else {
        (',', set_before_places(line.text)?)
    };
    let bare: Vec<&str> =
        titles.iter().map(|title| title.trim_matches(['`', '[', ']', '"', '\''])).collect();
    ruled(names, rule, &bare)
}

/// The names whose values are places in an update, for each place: `[SQL: UPDATE t SET secret=? WHERE
/// id=?]`.
fn set_before_places(text: &str) -> Option<Vec<String>> {
    let (_, update) = text.split_once("[SQL: UPDATE ")?;
    let place = if update.contains("=?") || update.contains("= ?") { "?" } else { "%s" };
    let mut parts: Vec<&str> = update.split(place).collect();
    parts.pop();
    let name = |part: &&str| {
        let head = part.trim_end().strip_suffix('=').unwrap_or_default().trim_end();
        head.rsplit([' ', ',', '.', '"', '`']).next().unwrap_or_default().to_owned()
    };
    Some(parts.iter().map(name).collect())
}

/// What [`column`] says where blanks align the columns, two at least between some of them.
fn aligned(names: &Names, line: View<'_>) -> Option<(Judgement, Column)> {
    static WORD: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-");
    let text = line.text.trim_end();
    let plain = text.bytes().all(|b| WORD.has(b) || b == b' ');
    // "Checking the password" is prose, `   user password` a head.
    let few = text.starts_with("  ") && text.split_whitespace().count() == 2;
    if !plain || !text.trim_start().contains("  ") && !few {
        return None;
    }
    if !has_titles(text, few) {
        return None;
    }
    let mut start = 0;
    while start < text.len() {
        start = line.run(start, &BLANK);
        let end = line.run(start, &WORD);
        let judged = names.judge(line.get(start, end));
        if judged.strength >= Strength::Medium && end - start < text.trim().len() {
            return Some((judged, Column::Aligned { start, end }));
        }
        start = end;
    }
    None
}

/// Whether the words of a line are titles, not the first row of a list or a line of help: one that is
/// apart or two at all are called as in tables of accounts.
fn has_titles(text: &str, few: bool) -> bool {
    let apart = text.split("  ").map(str::trim).filter(|title| !title.contains(' '));
    let one_case = |word: &&str| {
        !word.bytes().any(|b| b.is_ascii_lowercase())
            || !word.bytes().any(|b| b.is_ascii_uppercase())
    };
    let words: Vec<_> = text.split_whitespace().collect();
    let known = words.iter().filter(|word| names::has_word(word, OTHERS)).count();
    has_other(apart) || known > usize::from(!few) && words.iter().all(one_case)
}

/// The word of a row that stands below the title.
fn word(line: View<'_>, start: usize, end: usize) -> Option<(usize, usize)> {
    static SOLID: Class =
        Class::of(LOWER).with(UPPER).with(DIGIT).with(b"!#$%&*+,-./:;<=>?@^_|~()[]{}");
    let solid = (start..end).find(|i| SOLID.has(line.at(*i)))?;
    let from = line.back_within(solid, &SOLID, MAX_NAME);
    let to = line.run_within(solid, &SOLID, MAX_NAME);
    let apart = matches!(line.before(from), 0 | b' ') && matches!(line.at(to), 0 | b' ');
    // A row that pandas printed begins with its number: any word is a value there.
    let numbered = (line.at(0).is_ascii_digit() || from == start && many(line)) && to - from >= 6;
    (apart && (numbered || values::is_telling(line.get(from, to)))).then_some((from, to))
}

/// Whether a row has four words or more, some apart: as of a list that a CLI aligned.
fn many(line: View<'_>) -> bool {
    line.text.contains("  ") && line.text.split_whitespace().count() >= 4
}

/// A line without what stands around a row: SQL's `(1, 'bob', 'x'),`, `[parameters: ('bob', 'x')]`.
fn row(line: View<'_>) -> &str {
    let row = line.text.trim();
    // SQLAlchemy 1 and 2 log what they send.
    let logged = row.contains("sqlalchemy.engine").then(|| row.find(" (")).flatten();
    let row = logged.and_then(|at| row.get(at + 1..)).unwrap_or(row);
    let row = row.strip_prefix("[parameters: ").unwrap_or(row);
    let row = row.strip_prefix("VALUES ").unwrap_or(row);
    let listed = row.strip_prefix('(').map(|row| row.trim_end_matches([')', ';', ']', ',']));
    listed.unwrap_or(row)
}

/// Whether the line is drawn between the head and the rows.
fn is_rule(line: View<'_>) -> bool {
    let text = line.text.trim();
    text.len() > 2 && text.chars().all(|c| " -=+|:┼─├┤│┆═╞╡╪".contains(c))
}

/// What other columns of a table are called whose passwords are worth a column.
const OTHERS: &[&str] = &[
    "user", "username", "login", "name", "email", "mail", "host", "hostname", "id", "account",
    "role", "url", "server", "port", "service", "system", "database", "db", "conn", "type",
];

/// Whether one of a head's titles is that of a table of accounts.
fn has_other<'a>(mut titles: impl Iterator<Item = &'a str>) -> bool {
    titles.any(|title| names::has_word(title, OTHERS))
}

/// Whether a cell is the head of another table: a word that names what the column's title does.
fn is_title(names: &Names, cell: &str, judged: Judgement) -> bool {
    let other = names.judge(cell);
    let drawn = judged.kind == "password" && cell.bytes().any(|b| b.is_ascii_digit());
    other.strength > Strength::None && other.kind == judged.kind && !drawn
}

/// The cells of a row, of which there should be so many. A comma in a string or a call divides none
/// if that gives the number.
fn split(row: &str, rule: char, count: usize) -> Vec<&str> {
    let quoted = rule == ',' && row.contains(['"', '\'', '(']);
    let cells = if quoted { parsed(row) } else { Vec::new() };
    if cells.len() == count { cells } else { row.split(rule).collect() }
}

/// What commas outside of strings and calls divide.
fn parsed(row: &str) -> Vec<&str> {
    let mut cells = Vec::new();
    let (mut quote, mut depth, mut start, mut last) = (None, 0_usize, 0, ',');
    for (i, sign) in row.char_indices() {
        match (sign, quote) {
            (_, Some(open)) if sign == open && last != '\\' => quote = None,
            // An apostrophe in a word opens nothing.
            ('"' | '\'', None) if matches!(last, ',' | '(' | '=') => quote = Some(sign),
            ('(', None) => depth += 1,
            (')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                cells.push(row.get(start..i).unwrap_or_default());
                start = i + 1;
            }
            _ => {}
        }
        last = if sign == ' ' { last } else { sign };
    }
    cells.push(row.get(start..).unwrap_or_default());
    cells
}

/// What stands around the value in a cell.
const CLOTHES: [char; 4] = [' ', '"', '\'', '│'];

impl Column {
    /// Bounds of the cells that are meant in a row, or nothing if the line is no row of the table.
    fn cells(self, line: View<'_>) -> Vec<(usize, usize)> {
        let (rule, cells, meant, counts, dimensions) = match self {
            Self::Ruled { drawn: false, .. } => return Vec::new(),
            Self::Ruled { rule, cells, meant, counts, dimensions, .. } => {
                (rule, cells, meant, counts, dimensions)
            }
            Self::Aligned { start, end } => return word(line, start, end).into_iter().collect(),
        };
        let row = row(line);
        let mut start = line.text.find(row).unwrap_or(0);
        let mut found = Vec::new();
        let mut count = 0;
        for part in split(row, rule, cells) {
            let has = |set: u128| count < u128::BITS as usize && set >> count & 1 == 1;
            let before = part.len() - part.trim_start_matches(CLOTHES).len();
            let inner = part.trim_matches(CLOTHES);
            let counted = has(counts) && (values::is_count(inner) || values::is_outcome(inner));
            let joined = has(dimensions) && (inner.len() < 8 || !values::is_telling(inner));
            if has(meant) && !counted && !joined {
                found.push((start + before, start + before + inner.len()));
            }
            count += 1;
            start += part.len() + rule.len_utf8();
        }
        if count == cells { found } else { Vec::new() }
    }

    /// Whether the line has as many cells as the head.
    pub(super) fn is_row(self, line: View<'_>) -> bool {
        match self {
            Self::Ruled { drawn: false, .. } => false,
            Self::Ruled { rule, cells, .. } => split(row(line), rule, cells).len() == cells,
            Self::Aligned { start, end } => word(line, start, end).is_some(),
        }
    }

    /// What the line below the head makes of it.
    pub(super) fn below(self, line: View<'_>) -> Self {
        match self {
            Self::Ruled { rule, cells, meant, counts, dimensions, drawn } => {
                let drawn = drawn || is_rule(line);
                Self::Ruled { rule, cells, meant, counts, dimensions, drawn }
            }
            aligned @ Self::Aligned { .. } => aligned,
        }
    }

    /// Whether a line belongs to the table: a row, or the rule below its head.
    pub(super) fn goes_on(self, line: View<'_>) -> bool {
        let ruled = is_rule(line);
        // A mask is shorter than what it stands for and may end before the column begins.
        ruled || mask::holds(line.text) || self.is_row(line)
    }

    /// The secrets in the cells that are meant. What is a name itself is another head.
    pub(super) fn values(
        self,
        names: &Names,
        line: View<'_>,
        judged: Judgement,
    ) -> Vec<(usize, usize)> {
        let is_secret = |&(start, end): &(usize, usize)| {
            let text = line.get(start, end);
            let plain = !text.contains([' ', '(', ')', '[', ']', '{', '}', '<', '>']);
            // Nothing but a literal stands in a table that is drawn.
            let drawn = matches!(self, Self::Ruled { rule: '|', .. });
            // "Secret" may be the column of their names.
            let sure = judged.strength == Strength::Strong;
            let other = drawn && judged.kind != "password";
            let random = values::is_service_key(text)
                || sure && (!other || values::is_telling(text) && !entropy::is_slug(text));
            let form = if drawn { Form::Literal } else { Form::Tight };
            plain
                && random
                && values::is_secret(text, form, judged, names)
                && !is_title(names, text, judged)
        };
        self.cells(line).into_iter().filter(is_secret).collect()
    }
}
