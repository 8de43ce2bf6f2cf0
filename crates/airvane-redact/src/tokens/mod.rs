//! The token table: credentials that providers made recognisable by a prefix.
//!
//! Each row names its kind (shown in the mask), prefix, alphabet, length of what follows the
//! prefix, and the public source of the fact. To add a format, add a row.
//!
//! Checksums are not computed: a token with a wrong one (GitHub's CRC-32, say) has the right shape
//! and is masked like any other. Lengths are generous, as providers lengthen their tokens without
//! notice; each file says which rows were checked against a second source.

use crate::view::{Class, DIGIT, LOWER, UPPER};

mod cloud;
mod code;
mod data;
mod machine;
mod money;
mod operate;
mod people;

/// A documented token format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    /// Shown in the mask.
    pub(crate) kind: &'static str,
    /// What it begins with, in this case; at least three bytes.
    pub(crate) prefix: &'static str,
    /// What follows the prefix.
    pub(crate) alphabet: Alphabet,
    /// Fewest and most characters after the prefix.
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// Where the format is documented.
    #[cfg_attr(not(test), allow(dead_code))]
    // for the reader of the table, checked by its test
    pub(crate) source: &'static str,
}

/// Characters of a token's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Alphabet {
    /// `0-9a-fA-F`
    Hex,
    /// `A-Za-z0-9`
    Alnum,
    /// `A-Z0-9`
    Upper,
    /// `a-z0-9`
    Lower,
    /// `A-Za-z0-9_`
    Word,
    /// `A-Za-z0-9_-`
    Slug,
    /// `A-Za-z0-9_-.`
    Dotted,
    /// `A-Za-z0-9+/=_-`
    Base64,
    /// Base64 and `.`, `:`, `%`, `~`, `,`, `|`, `$`, `!`
    Wide,
}

impl Alphabet {
    pub(crate) fn class(self) -> &'static Class {
        static HEX: Class = Class::of(DIGIT).with(b"abcdefABCDEF");
        static ALNUM: Class = Class::of(LOWER).with(UPPER).with(DIGIT);
        static UPPERS: Class = Class::of(UPPER).with(DIGIT);
        static LOWERS: Class = Class::of(LOWER).with(DIGIT);
        static WORD: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_");
        static SLUG: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-");
        static DOTTED: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-.");
        static BASE64: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-+/=");
        static WIDE: Class = Class::of(LOWER).with(UPPER).with(DIGIT).with(b"_-+/=.:%~,|$!");
        match self {
            Self::Hex => &HEX,
            Self::Alnum => &ALNUM,
            Self::Upper => &UPPERS,
            Self::Lower => &LOWERS,
            Self::Word => &WORD,
            Self::Slug => &SLUG,
            Self::Dotted => &DOTTED,
            Self::Base64 => &BASE64,
            Self::Wide => &WIDE,
        }
    }
}

/// A row. Lengths are those of the body, after the prefix.
pub(crate) const fn token(
    kind: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    (min, max): (usize, usize),
    source: &'static str,
) -> Token {
    Token { kind, prefix, alphabet, min, max, source }
}

const TABLES: &[&[Token]] = &[
    // First, for more people have a `sk_live_` of Stripe than of others.
    money::TOKENS,
    cloud::TOKENS,
    code::TOKENS,
    data::TOKENS,
    machine::TOKENS,
    operate::TOKENS,
    people::TOKENS,
];

/// Kinds of tokens that have no prefix; `detect::shape` finds them.
const OTHER_KINDS: &[&str] = &[
    "azure-apim-key",
    "azure-client-secret",
    "azure-container-registry-key",
    "azure-cosmos-key",
    "azure-functions-key",
    "azure-identifiable-key",
    "azure-search-key",
    "azure-storage-key",
    "google-client-id",
    "mailchimp-api-key",
    "newrelic-license-key",
    "openai-api-key",
    "telegram-bot-token",
    "terraform-cloud-token",
    "twilio-account-sid",
    "twilio-api-key",
    "vault-token",
];

/// Every row, in a fixed order.
pub(crate) fn all() -> impl Iterator<Item = &'static Token> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The row of that number in [`all`].
pub(crate) fn get(row: u16) -> Option<&'static Token> {
    let mut row = usize::from(row);
    for table in TABLES {
        match row.checked_sub(table.len()) {
            None => return table.get(row),
            Some(rest) => row = rest,
        }
    }
    None
}

/// Whether a mask may carry this kind.
pub(crate) fn is_kind(kind: &str) -> bool {
    OTHER_KINDS.contains(&kind) || all().any(|token| token.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sound() {
        for token in all() {
            assert!(token.prefix.len() >= 3, "{token:?}");
            assert!(token.min >= 8 && token.min <= token.max, "{token:?}");
            assert!(token.source.contains('.') && token.source.contains('/'), "{token:?}");
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            assert!(token.kind.bytes().all(plain) && token.kind.len() <= 40, "{token:?}");
        }
    }

    #[test]
    fn no_row_twice() {
        let mut seen = std::collections::HashSet::new();
        for token in all() {
            assert!(seen.insert((token.prefix, token.alphabet, token.min)), "{token:?}");
        }
    }
}
