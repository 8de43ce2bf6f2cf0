//! Which names announce a secret.
//!
//! A name is split into lower-case words (`AWS_SECRET_ACCESS_KEY`, `x-api-key`, `apiKey`,
//! `db.password`), then judged by its words, so that `max_tokens`, `tokenizer`, `primary_key` and
//! `password_policy_enabled` are not taken for secrets. All 22 names of Airflow's own list
//! (`airflow._shared.secrets_masker`, 3.3) are sensitive here.

mod judge;
mod lists;
mod words;

use std::{cell::RefCell, collections::HashSet};

pub(crate) use judge::{is_about, is_noun, is_object, judge};
pub(crate) use words::{has_word, words};

/// How much a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Nothing.
    None,
    /// A random-looking value is a secret: `signing`, `hash_key`, `session`.
    Weak,
    /// The value is a secret if it can be one: `token`, `auth`, `cookie`.
    Medium,
    /// The value is a secret unless it is evidently a placeholder or code: `password`, `api_key`.
    Strong,
}

/// The judgement on a name, and the kind its mask shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Judgement {
    pub(crate) strength: Strength,
    pub(crate) kind: &'static str,
    /// Whether the name has several words: `algolia_key` names a service's key, `key` a map's.
    pub(crate) compound: bool,
}

const NOTHING: Judgement = Judgement { strength: Strength::None, kind: "secret", compound: false };

/// Judges names, with the additions of the settings.
#[derive(Default)]
pub(crate) struct Names {
    sensitive: HashSet<String>,
    exempt: HashSet<String>,
}

impl Names {
    pub(crate) fn new(sensitive: &[String], exempt: &[String]) -> Self {
        let joined = |names: &[String]| names.iter().map(|n| words(n).join("_")).collect();
        Self { sensitive: joined(sensitive), exempt: joined(exempt) }
    }

    /// What `name` says about its value.
    pub(crate) fn judge(&self, name: &str) -> Judgement {
        if !self.exempt.is_empty() || !self.sensitive.is_empty() {
            let joined = words(name).join("_");
            if self.exempt.contains(&joined) {
                return NOTHING;
            }
            if self.sensitive.contains(&joined) {
                return Judgement { strength: Strength::Strong, kind: "secret", compound: true };
            }
        }
        recall(name)
    }
}

/// Names judged last, by thread: a log repeats the same few in every line.
const REMEMBERED: usize = 256;
/// Longer names, which any JSON may hold, are judged each time.
const MAX_REMEMBERED: usize = 128;

thread_local! {
    static LAST: RefCell<Vec<Option<(String, Judgement)>>> =
        RefCell::new(vec![None; REMEMBERED]);
}

/// Judges a name, or remembers.
fn recall(name: &str) -> Judgement {
    let place = name.bytes().fold(17usize, |sum, b| sum.wrapping_mul(31) ^ usize::from(b));
    LAST.with_borrow_mut(|last| {
        let slot = last.get_mut(place % REMEMBERED);
        if let Some(Some((known, judged))) = &slot
            && known == name
        {
            return *judged;
        }
        let judged = judge::judge(name);
        if let Some(slot) = slot.filter(|_| name.len() <= MAX_REMEMBERED) {
            *slot = Some((name.to_owned(), judged));
        }
        judged
    })
}
#[cfg(test)]
mod tests {
    use super::*;

    fn strength(name: &str) -> Strength {
        Names::default().judge(name).strength
    }

    #[test]
    fn knows_airflows_own_list() {
        for name in [
            "access_key",
            "access_token",
            "api_key",
            "apikey",
            "auth_header",
            "authorization",
            "bearer",
            "connection_string",
            "dsn",
            "passphrase",
            "passwd",
            "password",
            "private_key",
            "proxy",
            "proxy_password",
            "proxies",
            "secret",
            "service_account",
            "service_key",
            "token",
            "keyfile_dict",
            "webhook_url",
        ] {
            assert!(strength(name) >= Strength::Medium, "{name}");
        }
    }

    #[test]
    fn knows_every_spelling() {
        for name in [
            "db_password",
            "DB_PASSWORD",
            "dbPassword",
            "DbPassword",
            "db-password",
            "db.password",
            "dbpassword",
            "DBPASSWORD",
            "PGPASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "x-api-key",
            "apiKey",
            "clientSecret",
            "X-Auth-Token",
            "spring.datasource.password",
            "password2",
            "SAS_TOKEN",
            "client-key-data",
            "GITHUB_PAT",
            "mailgunToken",
            "secret_id",
            "AIRFLOW__CORE__FERNET_KEY",
            "sshKey",
            "passPhrase",
            "extra__google_cloud_platform__keyfile_dict",
        ] {
            assert!(strength(name) >= Strength::Medium, "{name}");
        }
    }

    #[test]
    fn leaves_names_that_only_sound_alike() {
        for name in [
            "max_tokens",
            "token_count",
            "num_tokens",
            "tokenizer",
            "password_policy_enabled",
            "sort_key",
            "file_token",
            "next_page_token",
            "keyboard",
            "author",
            "monkey",
            "passed",
            "bypass",
            "passenger",
            "secret_name",
            "token_url",
            "key_file",
            "token_type",
            "compass",
            "authors",
            "partition_key",
        ] {
            assert_eq!(strength(name), Strength::None, "{name}");
        }
        assert_eq!(strength("key"), Strength::Weak);
    }

    #[test]
    fn settings_add_and_exempt() {
        let names = Names::new(&["Kundennummer".into()], &["apiKey".into()]);
        assert_eq!(names.judge("kundennummer").strength, Strength::Strong);
        assert_eq!(names.judge("api_key").strength, Strength::None);
    }
}
