//! The redactor: holds the settings and turns text into safe text.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    clean::clean,
    detect::Detector,
    json,
    known::Known,
    mask::Masker,
    names::{Names, Strength},
    safe::{SafeJson, SafeText},
    settings::{Patterns, Settings, SettingsError},
    stream::{self, State, StreamRedactor},
    values,
};

/// Makes text safe. Cheap to clone; clones share what is known to be secret.
#[derive(Clone)]
pub struct Redactor {
    inner: Arc<Inner>,
    known: Arc<RwLock<Arc<Known>>>,
}

pub(crate) struct Inner {
    pub(crate) detector: Detector,
    pub(crate) masker: Masker,
    pub(crate) pairs: Vec<(String, String)>,
}

/// Whether to give up: asked between pieces of work.
pub(crate) type Stop<'a> = &'a dyn Fn() -> bool;

/// Passes after which a text that every pass still changes is masked whole. A mask may bare a name
/// or an address beside it, so what a pass changed is looked at again; nearly always that is all.
pub(crate) const PASSES: usize = 12;

/// How many masks of which kind a text got.
pub type Count = BTreeMap<String, usize>;

impl Redactor {
    /// A redactor with these settings.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        let patterns = Patterns::new(&settings)?;
        let names = Names::new(&settings.sensitive_names, &settings.exempt_names);
        let mut known = Known::default();
        for secret in &settings.known_secrets {
            known.add_secret(secret.expose_secret());
        }
        let mut pairs =
            vec![("key".to_owned(), "value".to_owned()), ("name".to_owned(), "value".to_owned())];
        pairs.extend(settings.pairs);
        let masker = settings
            .mask_seed
            .map_or_else(|| Masker::Random(std::hash::RandomState::new()), Masker::Fixed);
        let inner = Inner { detector: Detector { names, patterns }, masker, pairs };
        Ok(Self { inner: Arc::new(inner), known: Arc::new(RwLock::new(Arc::new(known))) })
    }

    /// The same redactor with a list of secrets of its own: what is added to it is not known to
    /// this one. For the secrets of one caller among many.
    #[must_use]
    pub fn fork(&self) -> Self {
        let known = Arc::new(RwLock::new(self.known()));
        Self { inner: Arc::clone(&self.inner), known }
    }

    /// Cleans and redacts one bounded text of any number of lines. A value that a name gives away
    /// in one place is masked in every place of the text, before and after. What is returned a
    /// further pass was seen to leave as it is.
    pub fn text(&self, raw: &str) -> SafeText {
        let mut text = Cow::Borrowed(raw);
        for _ in 0..PASSES {
            let again = self.once(&text);
            if again == text {
                return SafeText::vouch(again);
            }
            text = Cow::Owned(again);
        }
        SafeText::vouch(self.inner.masker.mask("secret", raw))
    }

    /// One pass in each direction.
    fn once(&self, raw: &str) -> String {
        let mut learned = Known::default();
        let text = self.forward(raw, &mut learned, &|| false).unwrap_or_default();
        self.backward(&text, &learned).unwrap_or(text)
    }

    /// Cleans and redacts JSON: values by the names of their keys at any depth, every string by
    /// its content, keys too. Numbers, booleans and nulls stay as they are; only a number of six
    /// digits or more under a name like `password` is masked.
    pub fn json(&self, raw: Value) -> SafeJson {
        self.json_until(raw, &|| false).unwrap_or_default()
    }

    /// As [`Redactor::json`], or nothing if `stop` says so before it is done. It is asked at least
    /// once for every 16 KiB of text.
    pub fn json_until(&self, raw: Value, stop: &dyn Fn() -> bool) -> Option<SafeJson> {
        json::redact(self, raw, stop).map(SafeJson::vouch)
    }

    /// The value of a named thing (a variable, a connection field): masked whole if the name is
    /// sensitive, otherwise treated as [`Redactor::text`].
    pub fn named(&self, key: &str, raw: &str) -> SafeText {
        let judged = self.inner.detector.names.judge(key);
        let value = clean(raw);
        if judged.strength >= Strength::Medium && !values::is_placeholder(&value) {
            return SafeText::vouch(self.inner.masker.mask(judged.kind, value.trim()));
        }
        self.text(&format!("{key}={value}"))
            .strip_prefix(&format!("{key}="))
            .map_or_else(|| self.text(raw), |rest| SafeText::vouch(rest.to_owned()))
    }

    /// Whether a value under this name is masked whatever it holds.
    pub fn is_sensitive_name(&self, key: &str) -> bool {
        self.inner.detector.names.judge(key).strength >= Strength::Medium
    }

    /// Tells a secret of this process, such as a credential it signs in with. From now on it is
    /// masked wherever it appears, also percent-encoded, base64-encoded or JSON-escaped. Secrets
    /// under six characters are ignored: they would mask parts of ordinary words.
    pub fn add_known_secret(&self, secret: &SecretString) {
        let mut slot = self.known.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut slot).add_secret(secret.expose_secret());
    }

    /// A redactor for text that arrives in pieces or is too long to hold.
    pub fn stream(&self) -> StreamRedactor {
        StreamRedactor::new(self.clone())
    }

    /// Counts what [`Redactor::text`] would mask, by kind.
    pub fn count(&self, raw: &str) -> Count {
        self.text(raw).masks()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    pub(crate) fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Cleans and redacts; collects in `learned` the values that names gave away. `None` if it
    /// was stopped.
    pub(crate) fn forward(&self, raw: &str, learned: &mut Known, stop: Stop<'_>) -> Option<String> {
        let text = clean(raw);
        let mut state = State::bounded(&text);
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_ref();
        while !rest.is_empty() {
            if stop() {
                return None;
            }
            let piece;
            (piece, rest) = stream::split_piece(self, rest);
            state.lines(self, piece, &mut out);
            for (value, kind) in state.take_learned() {
                learned.learn(&value, kind);
            }
        }
        // A known secret may lie across the end of a piece.
        if text.len() > stream::WINDOW {
            let known = self.known();
            out = self.backward(&out, &known).unwrap_or(out);
        }
        Some(out)
    }

    /// The text with what was learned elsewhere in the same answer masked, if it holds any.
    pub(crate) fn backward(&self, text: &str, learned: &Known) -> Option<String> {
        match self.replace(text, learned) {
            Cow::Owned(text) => Some(text),
            Cow::Borrowed(_) => None,
        }
    }

    fn replace<'a>(&self, text: &'a str, known: &Known) -> Cow<'a, str> {
        let mut out = String::new();
        let mut at = 0;
        let mut all: Vec<_> = known.matches(text, 0).collect();
        all.sort_by_key(|found| (found.start, std::cmp::Reverse(found.end)));
        for found in all {
            if found.start < at {
                // Where two overlap, the union goes.
                at = at.max(found.end);
                continue;
            }
            out.push_str(text.get(at..found.start).unwrap_or_default());
            out.push_str(&self.inner.masker.mask(found.kind, found.value));
            at = found.end;
        }
        if at == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }
}

impl Default for Redactor {
    /// A redactor with the default settings.
    fn default() -> Self {
        // Without patterns nothing can fail.
        Self::new(Settings::default()).unwrap_or_else(|_| unreachable!("no pattern to refuse"))
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}
