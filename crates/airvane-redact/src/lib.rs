//! Makes untrusted text safe to read for a model: clean, detect, mask.
//!
//! Everything that comes from an Airflow (logs, rendered fields, variables, notes, DAG source) may
//! hold credentials that nobody masked, and characters that hide them. A [`Redactor`] takes such
//! text and gives back [`SafeText`] or [`SafeJson`]. Those types have no other constructor, so a
//! function that accepts only them cannot be handed raw text by mistake.
//!
//! The order is fixed: *clean* first (escape sequences, invisible and bidirectional characters),
//! so that splitting a token with them hides nothing; then *detect*; then *mask*. A mask names its
//! kind and carries two digits of a keyed hash, `[redacted:aws-secret-key#3f]`, so a reader can
//! tell that two places hold the same value and learn nothing else. Masking masked text changes
//! nothing.
//!
//! What it refuses: I/O, async, and any knowledge of where the text came from beyond [`Settings`].
//! What it cannot do: recognise a secret that looks like an ordinary word and stands in no
//! telling place. Give those to [`Redactor::add_known_secret`] or [`Settings::deny`].

mod clean;
mod detect;
mod entropy;
mod gate;
mod json;
mod known;
mod mask;
mod names;
mod redactor;
mod safe;
mod settings;
mod stream;
mod tokens;
mod values;
mod view;

pub use clean::clean;
pub use redactor::{Count, Redactor};
pub use safe::{SafeJson, SafeText};
pub use settings::{Settings, SettingsError};
pub use stream::StreamRedactor;
