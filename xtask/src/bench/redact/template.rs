//! Templates: text with places that a seeded generator fills, and marks around what is secret.
//!
//! `⟦h32⟧` is thirty-two hexadecimal digits, `«…»` a secret. A file has a section for each class,
//! `@class`, and one template a line, with `\n`, `\t` and `\\` written out. So no secret stands in
//! the repository, and every run of one seed makes the same corpus.

use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{Rng, SeedableRng, rngs::StdRng};

const DIGITS: &str = "0123456789";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const WORDS: &[&str] = &[
    "otter", "maple", "quartz", "velvet", "falcon", "copper", "lantern", "harbor", "tundra",
    "pixel", "saffron", "walnut", "comet", "orchid", "badger", "glacier",
];

/// A template and its class.
pub(crate) struct Template {
    pub(crate) class: String,
    pub(crate) text: String,
}

/// The templates of a file.
pub(crate) fn read(file: &str) -> Vec<Template> {
    let mut class = String::new();
    let mut templates = Vec::new();
    for line in file.lines().filter(|line| !line.trim().is_empty()) {
        // A class has a plain name; other lines may begin with the sign too.
        match line
            .strip_prefix('@')
            .filter(|name| name.len() < 24 && !name.contains(['.', '"', '«']))
        {
            Some(name) => name.clone_into(&mut class),
            None => templates.push(Template { class: class.clone(), text: unescape(line) }),
        }
    }
    templates
}

fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some('\\')) => out.push('\\'),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

/// A filled template.
pub(crate) struct Example {
    pub(crate) text: String,
    pub(crate) secrets: Vec<String>,
}

/// Fills a template. Equal seeds give equal texts.
pub(crate) fn fill(template: &str, seed: u64) -> Example {
    let mut maker = Maker(StdRng::seed_from_u64(seed));
    let text = maker.fill(template);
    let secrets = text.split('«').skip(1).filter_map(|part| part.split('»').next());
    let secrets = secrets.map(str::to_owned).collect();
    Example { text: text.replace(['«', '»'], ""), secrets }
}

/// Makes what stands in the places.
pub(crate) struct Maker(pub(crate) StdRng);

impl Maker {
    /// Fills the places of a template and keeps its marks.
    pub(crate) fn fill(&mut self, template: &str) -> String {
        let mut out = String::new();
        let mut rest = template;
        while let Some((head, tail)) = rest.split_once('⟦') {
            out.push_str(head);
            let (place, after) = tail.split_once('⟧').unwrap_or((tail, ""));
            out.push_str(&self.make(place));
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn make(&mut self, place: &str) -> String {
        let name = place.trim_end_matches(|c: char| c.is_ascii_digit());
        let count = place.get(name.len()..).and_then(|n| n.parse().ok()).unwrap_or(0);
        match name {
            "h" => self.pick("0123456789abcdef", count),
            "H" => self.pick("0123456789ABCDEF", count),
            "a" => self.pick(&[LOWER, UPPER, DIGITS].concat(), count),
            "A" => self.pick(&[UPPER, DIGITS].concat(), count),
            "l" => self.pick(&[LOWER, DIGITS].concat(), count),
            "L" => self.pick(LOWER, count),
            "U" => self.pick(UPPER, count),
            "d" => self.pick(DIGITS, count),
            "u" => {
                let body = self.pick(&[LOWER, UPPER, DIGITS, "_-"].concat(), count.max(1) - 1);
                body + &self.pick(LOWER, 1)
            }
            "b" => STANDARD.encode(self.bytes(count)),
            "pem" => self.pem(count, "\n"),
            "peme" => self.pem(count, "\\n"),
            "uuid" => {
                let h = self.pick("0123456789abcdef", 32);
                let part = |from, to| h.get(from..to).unwrap_or_default();
                format!(
                    "{}-{}-4{}-a{}-{}",
                    part(0, 8),
                    part(8, 12),
                    part(13, 16),
                    part(17, 20),
                    part(20, 32)
                )
            }
            "jwt" => self.jwt(),
            "word" => self.word().to_owned(),
            "ts" => {
                let (day, hour) = (self.0.random_range(10..29), self.0.random_range(10..24));
                format!("2026-05-{day}T{hour}:{}:{}.{}+00:00", 10, 20, self.pick(DIGITS, 3))
            }
            _ => self.password(name),
        }
    }

    fn password(&mut self, name: &str) -> String {
        match name {
            "pw" => {
                let word = self.word();
                let (first, rest) = word.split_at(1);
                let sign = self.pick("!@#%*", 1);
                let digits = self.pick(DIGITS, 3);
                let tail = self.word().get(..3).unwrap_or_default();
                format!("{}{rest}{sign}{digits}{tail}", first.to_uppercase())
            }
            "pwl" => format!("{}{}", self.word(), self.word()),
            "pwx" => {
                let all = [LOWER, UPPER, DIGITS, "!#%^*_+-.~"].concat();
                self.pick(&all, 14) + &self.pick(LOWER, 2)
            }
            _ => format!("{}{}", self.word(), self.pick(DIGITS, 3)),
        }
    }

    fn pick(&mut self, alphabet: &str, count: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..count).map(|_| letters[self.0.random_range(0..letters.len())]).collect()
    }

    fn word(&mut self) -> &'static str {
        WORDS[self.0.random_range(0..WORDS.len())]
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.0.random()).collect()
    }

    fn pem(&mut self, count: usize, end: &str) -> String {
        let text = STANDARD.encode(self.bytes(count)).into_bytes();
        let lines = text.chunks(64).map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join(end)
    }

    fn jwt(&mut self) -> String {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = format!(r#"{{"sub":"{}","name":"{}"}}"#, self.pick(DIGITS, 10), self.word());
        let signature = URL_SAFE_NO_PAD.encode(self.bytes(32));
        format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(claims))
    }
}
