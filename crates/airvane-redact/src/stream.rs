//! Redacts line by line, in constant memory, with what must be remembered between lines.

use std::borrow::Cow;

use crate::{
    clean::clean,
    detect::{Block, Detector, Found, Inside, Pending},
    gate::Hit,
    known::Known,
    mask,
    redactor::Redactor,
    safe::SafeText,
    view::line_around,
};

/// Masking may uncover another find (a value beside a mask). A line that this many rounds leave
/// unsettled is masked whole.
const ROUNDS: usize = 8;

/// What earlier lines say about the next one.
#[derive(Default)]
pub(crate) struct State {
    /// Inside a private key.
    block: Option<Block>,
    /// Inside a YAML block scalar under a sensitive name: indentation of the name, and whether
    /// its mask was written.
    scalar: Option<(usize, bool)>,
    /// The line before named a secret whose value this line holds (`name: X`, then `value: y`).
    pending: Option<Pending>,
    /// Lines in which the other half of an AWS key pair is still looked for.
    aws: u8,
    /// Lines in which a key of a service that was named above is looked for.
    service: u8,
    /// Inside a Kubernetes Secret.
    manifest: Option<Manifest>,
    /// Whether the manifest's kind may follow its data.
    whole: bool,
    /// Values that names gave away; with `forget` they are only collected.
    learned: Known,
    collected: Vec<(String, &'static str)>,
    forward: bool,
    /// Blocks that opened so far; see [`State::block_value`].
    blocks: u32,
}

/// A Kubernetes Secret in YAML.
#[derive(Clone, Copy, Default)]
struct Manifest {
    /// Indentation of `data:` while inside it.
    data: Option<usize>,
    lines: u16,
}

/// The line of the id and the three after it.
const AWS_LINES: u8 = 4;

/// Lines below the name of a service in which its key may stand.
const SERVICE_LINES: u8 = 4;

/// A manifest of more lines is something else.
const MAX_MANIFEST: u16 = 2000;

impl State {
    /// For a text that is complete: a Secret's `kind` may stand after its data.
    pub(crate) fn bounded(text: &str) -> Self {
        // Many such words may stand in one long line: its end is not looked for from each.
        const LONGEST: usize = 40;
        let kinds = memchr::memmem::find_iter(text.as_bytes(), b"kind:");
        let whole = kinds.filter_map(|at| text.get(at..)).any(|rest| {
            let line = rest.bytes().take(LONGEST).take_while(|byte| *byte != b'\n').count();
            rest.get(..line).is_some_and(is_secret_kind)
        });
        let manifest = whole.then(Manifest::default);
        Self { manifest, whole, ..Self::default() }
    }

    /// For a stream: what is learned is masked from then on.
    fn unbounded() -> Self {
        Self { forward: true, ..Self::default() }
    }

    pub(crate) fn take_learned(&mut self) -> Vec<(String, &'static str)> {
        std::mem::take(&mut self.collected)
    }

    fn is_active(&self) -> bool {
        self.block.is_some()
            || self.scalar.is_some()
            || self.pending.is_some()
            || self.manifest.is_some()
            || self.aws > 0
            || self.service > 0
    }

    /// Redacts complete lines of clean text.
    pub(crate) fn lines(&mut self, redactor: &Redactor, text: &str, out: &mut String) {
        let known = redactor.known();
        let detector = &redactor.inner().detector;
        let denies = !detector.patterns.deny.is_empty();
        let mut at = 0;
        let mut next = Next::default();
        while at < text.len() {
            if !self.is_active() && !denies {
                let detected = next.detected.from(at, || detector.first(text, at));
                let listed = next.known.from(at, || known.first(text, at));
                let learned = next.learned.from(at, || self.learned.first(text, at));
                let Some(first) = [detected, listed, learned].into_iter().flatten().min() else {
                    out.push_str(text.get(at..).unwrap_or_default());
                    return;
                };
                let (start, _) = line_around(text, first);
                let start = start.max(at);
                out.push_str(text.get(at..start).unwrap_or_default());
                at = start;
            }
            let (_, end) = line_around(text, at);
            let line = text.get(at..end).unwrap_or_default();
            let after = text.get(end + 1..).unwrap_or_default();
            let values = self.learned.len();
            let kept = self.line(redactor, &known, line, after, out);
            if self.learned.len() > values {
                next.learned = Ahead::Unknown;
            }
            if kept && end < text.len() {
                out.push('\n');
            }
            at = end + 1;
        }
    }

    /// Redacts one line; `false` if the line vanished into a mask of an earlier one.
    fn line(
        &mut self,
        redactor: &Redactor,
        known: &Known,
        line: &str,
        after: &str,
        out: &mut String,
    ) -> bool {
        let line = match self.block.as_mut().map(|block| block.take(line)) {
            Some(Inside::Body) => return false,
            Some(Inside::Ends(end)) => {
                self.block = None;
                let tail = line.get(end..).unwrap_or_default();
                if tail.trim().is_empty() {
                    return false;
                }
                tail
            }
            Some(Inside::Left) => {
                self.block = None;
                line
            }
            Some(Inside::Foreign) | None => line,
        };
        if let Some(kept) = self.in_scalar(redactor, line, out) {
            return kept;
        }
        let mut extra = Vec::new();
        let detector = &redactor.inner().detector;
        let pending = self.pending.take();
        if let Some(pending) = pending {
            extra = detector.field_values(line, pending);
        }
        extra.extend(self.in_manifest(redactor, line));
        if line.contains("AKIA") || line.contains("ASIA") {
            self.aws = AWS_LINES;
        }
        if self.aws > 0 {
            self.aws -= 1;
            extra.extend(redactor.inner().detector.aws_secret(line));
        }
        let hits = Detector::hits(line);
        if self.service > 0 {
            self.service -= 1;
            extra.extend(detector.below_service(line, &hits));
        }
        self.open(redactor, line, &hits);
        let block = self.block.is_some().then(|| self.block_value(after));
        let start = out.len();
        self.settle(redactor, known, (line, hits), (&extra, block), out);
        // What is masked by now announces nothing, and what a line announces is the same whether
        // it is masked here or was before.
        let masked = out.get(start..).unwrap_or_default();
        let row = pending.filter(|pending| pending.has_row(masked));
        let goes_on = || pending.and_then(|pending| pending.later(masked));
        let opens = || detector.pending(masked).or_else(goes_on);
        self.pending = row.and_then(|row| row.later(masked)).or_else(opens);
        true
    }

    /// Remembers what this line opens.
    fn open(&mut self, redactor: &Redactor, line: &str, hits: &[Hit]) {
        let detector = &redactor.inner().detector;
        if let Some(opening) = Detector::opening(line, hits) {
            self.block = Some(opening.block);
        }
        self.scalar = detector.scalar(line, hits).map(|indent| (indent, false));
        if Detector::names_service(line, hits) {
            self.service = SERVICE_LINES;
        }
        if self.manifest.is_none() && is_secret_kind(line) {
            self.manifest = Some(Manifest::default());
        }
    }

    /// Masks until nothing is left to mask.
    fn settle(
        &mut self,
        redactor: &Redactor,
        known: &Known,
        (line, mut hits): (&str, Vec<Hit>),
        (mut extra, block): (&[Found], Option<String>),
        out: &mut String,
    ) {
        let mut text = Cow::Borrowed(line);
        for _ in 0..ROUNDS {
            let mut found = redactor.inner().detector.line(&text, &hits);
            if !extra.is_empty() {
                found.extend_from_slice(std::mem::take(&mut extra));
                found = crate::detect::merge(found);
            }
            let edits = self.edits(redactor, known, &text, &found, block.as_deref());
            if edits.is_empty() {
                out.push_str(&text);
                return;
            }
            text = Cow::Owned(apply(&text, edits));
            hits = Detector::hits(&text);
        }
        out.push_str(&redactor.inner().masker.mask("secret", line));
    }

    /// The masks for what was found in a line, and for what is known to be secret.
    fn edits(
        &mut self,
        redactor: &Redactor,
        known: &Known,
        text: &str,
        found: &[Found],
        block: Option<&str>,
    ) -> Vec<(usize, usize, String)> {
        let masker = &redactor.inner().masker;
        let mut edits: Vec<(usize, usize, String)> = Vec::new();
        for f in found {
            let value = text.get(f.start..f.end).unwrap_or_default();
            let block_kind = f.kind.ends_with("private-key") || f.kind == "ansible-vault";
            let value = block.filter(|_| block_kind).unwrap_or(value);
            edits.push((f.start, f.end, masker.mask(f.kind, value)));
            if f.named {
                self.learn(value, f.kind);
            }
        }
        for m in known.matches(text, 0).chain(self.learned.matches(text, 0)) {
            edits.push((m.start, m.end, masker.mask(m.kind, m.value)));
        }
        edits
    }

    /// What the mask of a block that goes on below is made of: two masks should look alike only
    /// where the keys are the same. Of a text that is complete it is the key's first characters;
    /// of a stream nothing is known yet, so each block looks different.
    fn block_value(&mut self, after: &str) -> String {
        self.blocks += 1;
        if self.forward {
            return format!("block {}", self.blocks);
        }
        let body = after.lines().take(16).take_while(|line| !line.contains("-END "));
        let words = body.filter_map(|line| line.split_whitespace().next_back());
        let long = words.filter(|word| word.len() >= 40);
        long.take(4).collect()
    }

    fn learn(&mut self, value: &str, kind: &'static str) {
        if self.forward {
            self.learned.learn(value, kind);
        } else {
            self.collected.push((value.to_owned(), kind));
        }
    }

    /// Lines of a block scalar: the first becomes the mask, the others vanish.
    fn in_scalar(&mut self, redactor: &Redactor, line: &str, out: &mut String) -> Option<bool> {
        let (indent, written) = self.scalar?;
        let own = line.len() - line.trim_start().len();
        if line.trim().is_empty() {
            return Some(false);
        }
        if own <= indent {
            self.scalar = None;
            return None;
        }
        if written {
            return Some(false);
        }
        self.scalar = Some((indent, true));
        out.push_str(line.get(..own).unwrap_or_default());
        let value = line.trim();
        if mask::is_mask(value) {
            out.push_str(value);
        } else {
            out.push_str(&redactor.inner().masker.mask("secret", value));
        }
        Some(true)
    }

    /// The value of a line under `data:` of a Secret.
    fn in_manifest(&mut self, redactor: &Redactor, line: &str) -> Option<Found> {
        let manifest = self.manifest.as_mut()?;
        manifest.lines += 1;
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        if bare.starts_with("---") || manifest.lines > MAX_MANIFEST {
            self.manifest = self.whole.then(Manifest::default);
            return None;
        }
        if bare.is_empty() {
            return None;
        }
        if manifest.data.is_some_and(|data| indent <= data) {
            manifest.data = None;
        }
        if matches!(bare.trim_end(), "data:" | "stringData:") {
            manifest.data = Some(indent);
            return None;
        }
        manifest.data?;
        redactor.inner().detector.yaml_value(line)
    }
}

/// `kind: Secret`, whatever its quotes and case.
fn is_secret_kind(line: &str) -> bool {
    let kind = line.trim().strip_prefix("kind:");
    kind.is_some_and(|kind| {
        kind.trim().trim_matches(['"', '\'', ',']).eq_ignore_ascii_case("secret")
    })
}

/// Replaces parts of a text; where two overlap, the union goes.
fn apply(text: &str, mut edits: Vec<(usize, usize, String)>) -> String {
    edits.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, mask) in edits {
        if start >= at {
            out.push_str(text.get(at..start).unwrap_or_default());
            out.push_str(&mask);
        }
        at = at.max(end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// Where the next finds are, so that each part of a text is searched once.
#[derive(Default)]
struct Next {
    detected: Ahead,
    known: Ahead,
    /// Until another value is learned.
    learned: Ahead,
}

#[derive(Default)]
enum Ahead {
    #[default]
    Unknown,
    At(usize),
    Nothing,
}

impl Ahead {
    /// The first find at or after `from`.
    fn from(&mut self, from: usize, search: impl FnOnce() -> Option<usize>) -> Option<usize> {
        let stale = match self {
            Self::Unknown => true,
            Self::At(at) => *at < from,
            Self::Nothing => false,
        };
        if stale {
            *self = search().map_or(Self::Nothing, Self::At);
        }
        match self {
            Self::At(at) => Some(*at),
            _ => None,
        }
    }
}

/// Redacts a stream. Memory is constant: it remembers one line (at most 16 KiB of it),
/// the state of an open block, and up to 256 values that names gave away, which are masked from
/// there on. Text that came before the name cannot be called back.
pub struct StreamRedactor {
    redactor: Redactor,
    state: State,
    /// Bytes of an unfinished line.
    rest: Vec<u8>,
}

/// Longest piece of a line that is judged at once, in bytes. Longer lines are cut where no find
/// is, at a blank if there is one. Some finds look at all that follows in their line, so the time
/// for a piece grows with the square of its length: this much takes under half a second at worst.
pub const WINDOW: usize = 16 * 1024;

/// The first piece of a text to judge, and the rest: whole lines if one ends within [`WINDOW`]
/// bytes, else the part of a long line that what follows cannot change.
pub(crate) fn split_piece<'a>(redactor: &Redactor, text: &'a str) -> (&'a str, &'a str) {
    let Some(window) = text.as_bytes().get(..WINDOW) else { return (text, "") };
    let at = match memchr::memrchr(b'\n', window) {
        Some(end) => end + 1,
        None => cut(redactor, window),
    };
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// Where to cut a full window: at the last blank or separator of its second half that no find
/// reaches across; otherwise before the find; otherwise at the end.
fn cut(redactor: &Redactor, window: &[u8]) -> usize {
    let full = window.len();
    let valid = match std::str::from_utf8(window) {
        Ok(_) => full,
        Err(e) if e.error_len().is_none() => e.valid_up_to(),
        Err(_) => return full,
    };
    let text = window.get(..valid).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
    let found = redactor.inner().detector.line(text, &Detector::hits(text));
    let known = redactor.known();
    let known: Vec<_> = known.matches(text, 0).map(|m| (m.start, m.end)).collect();
    // Finds are in order and apart, so only the first that ends at or behind `i` can hold it.
    let free = |i: usize| {
        let next = found.partition_point(|f| f.end < i);
        found.get(next).is_none_or(|f| f.from >= i)
            && !known.iter().any(|&(start, end)| start < i && i <= end)
    };
    let blank = |b: u8| matches!(b, b' ' | b',' | b';' | b'}' | b'\t');
    let bytes = text.as_bytes();
    let candidates = (valid / 2..valid.saturating_sub(512)).rev();
    let at = candidates.map(|i| i + 1).find(|&i| {
        bytes.get(i - 1).is_some_and(|b| blank(*b)) && text.is_char_boundary(i) && free(i)
    });
    at.or_else(|| found.last().map(|f| f.from).filter(|&i| i > 0)).unwrap_or(valid).max(1)
}

impl StreamRedactor {
    pub(crate) fn new(redactor: Redactor) -> Self {
        Self { redactor, state: State::unbounded(), rest: Vec::new() }
    }

    /// Redacts one line, given without its newline. A line inside a private key or a block scalar
    /// comes back empty: its mask stands where the block began.
    pub fn line(&mut self, raw: &str) -> SafeText {
        let text = clean(raw);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_ref();
        while !rest.is_empty() {
            let piece;
            (piece, rest) = split_piece(&self.redactor, rest);
            self.state.lines(&self.redactor, piece, &mut out);
        }
        SafeText::vouch(out)
    }

    /// Takes a piece of a raw stream and returns what is final so far. However the stream is cut
    /// into pieces, the returned texts join to the same. Bytes that are no UTF-8 become U+FFFD.
    pub fn push(&mut self, piece: impl AsRef<[u8]>) -> SafeText {
        let mut piece = piece.as_ref();
        let mut out = String::with_capacity(self.rest.len() + piece.len());
        while let Some(end) = self.lines_end(piece) {
            let (lines, rest) = piece.split_at(end);
            if self.rest.is_empty() && end <= WINDOW {
                self.lines(lines, &mut out);
            } else {
                self.take(lines, &mut out);
                self.flush(&mut out);
            }
            piece = rest;
        }
        self.take(piece, &mut out);
        SafeText::vouch(out)
    }

    /// Where the lines end that are redacted next: that of an unfinished line, or all that end
    /// within a window.
    fn lines_end(&self, piece: &[u8]) -> Option<usize> {
        let window = piece.get(..WINDOW).unwrap_or(piece);
        let last = || memchr::memrchr(b'\n', window).filter(|_| self.rest.is_empty());
        last().or_else(|| memchr::memchr(b'\n', piece)).map(|i| i + 1)
    }

    /// Ends the stream and returns what was held back.
    pub fn finish(mut self) -> SafeText {
        let mut out = String::new();
        self.flush(&mut out);
        SafeText::vouch(out)
    }

    /// Adds to the unfinished line, giving out full windows.
    fn take(&mut self, mut bytes: &[u8], out: &mut String) {
        while self.rest.len() + bytes.len() > WINDOW {
            let (head, tail) =
                bytes.split_at(WINDOW.saturating_sub(self.rest.len()).min(bytes.len()));
            self.rest.extend_from_slice(head);
            bytes = tail;
            self.window(out);
        }
        self.rest.extend_from_slice(bytes);
    }

    fn flush(&mut self, out: &mut String) {
        let mut bytes = std::mem::take(&mut self.rest);
        self.lines(&bytes, out);
        bytes.clear();
        self.rest = bytes;
    }

    fn lines(&mut self, bytes: &[u8], out: &mut String) {
        // What is valid, as nearly all is, is told so much faster.
        let valid = simdutf8::basic::from_utf8(bytes);
        let text = valid.map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed);
        self.state.lines(&self.redactor, &clean(&text), out);
    }

    /// Gives out the part of a full window that later bytes cannot change.
    fn window(&mut self, out: &mut String) {
        let cut = cut(&self.redactor, &self.rest);
        let tail = self.rest.split_off(cut);
        self.flush(out);
        self.rest = tail;
    }
}

impl std::fmt::Debug for StreamRedactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamRedactor")
    }
}
