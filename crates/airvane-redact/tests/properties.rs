//! What holds for every text.

use airvane_redact::{Redactor, Settings};
use proptest::prelude::*;

fn redactor() -> Redactor {
    let settings = Settings::new().mask_seed(7).known_secret("kn0wn-Secret!".into());
    Redactor::new(settings).unwrap_or_default()
}

/// Pieces that detectors react to, so that random texts hit them.
fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "password=",
        "\"token\": \"",
        "'secret': '",
        "api_key: ",
        "Authorization: Bearer ",
        "://",
        "user:",
        "@host",
        "postgres://u:p4ssw0rd!@h/db",
        "-----BEGIN RSA PRIVATE KEY-----\n",
        "-----END RSA PRIVATE KEY-----",
        "MIIEpAIBAAKCAQEA7bq9wXk2\n",
        "ghp_",
        "AKIA",
        "eyJhbGciOiJIUzI1NiJ9.",
        "\n",
        " ",
        "\"",
        "'",
        "\\\"",
        "\\n",
        ",",
        ";",
        "&",
        "=",
        ":",
        "[redacted:password#3f]",
        "[redacted:",
        "kn0wn-Secret!",
        "\u{200b}",
        "\x1b[31m",
        "\x1b]0;",
        "\r\n",
        "ä",
        "日本",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "--password ",
        "mysql -p",
        "curl -u a:b1c2d3 ",
        "password: |\n",
        "  ",
        "- name: DB_PASSWORD\n",
        "<string>password</string>\n<string>",
        "</string>\n",
        "passwords:\n",
        "  - \"Tundra*491vel\"\n",
        "value: ",
        "kind: Secret\n",
        "data:\n",
        "---\n",
        "IDENTIFIED BY '",
        "$2b$12$",
        "Cookie: ",
        "%3D",
        "is ",
        "xoxb-",
        "jwt.sign(a, 'k9Xw2LpQ7')",
        "getconnection(",
        "INSERT INTO u (name, password) ",
        "values (",
        "<password>",
        "<a key=\"token\">",
        "</",
        "пароль: ",
        "mailgun ",
        "9f86d081884c7d659a2feaa0c55ad015",
        "echo ",
        " | sudo -S",
        "net user bob ",
        "\"kind\":\"Secret\",",
        "\"data\":{\"a\":\"",
        "ENV X_TOKEN ",
        "|",
        "{AQAAABAAAA",
        "|| '",
        "default('",
        "variable \"token\" {\n",
        "default = ",
        "(\"",
        " -p",
        "db:5432:a:b:",
    ];
    prop_oneof![
        3 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        1 => "[a-zA-Z0-9]{1,24}",
        1 => "[ -~]{0,12}",
        1 => any::<char>().prop_map(String::from),
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..Default::default() })]

    #[test]
    fn redacting_twice_changes_nothing(text in text()) {
        let redactor = redactor();
        let once = redactor.text(&text);
        let twice = redactor.text(&once);
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn growth_is_bounded(text in text()) {
        let safe = redactor().text(&text);
        prop_assert!(safe.len() <= 16 * text.len() + 64, "{} -> {}", text.len(), safe.len());
    }

    #[test]
    fn chunking_does_not_matter(text in text(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6)) {
        let redactor = redactor();
        let mut whole = redactor.stream();
        let mut expected = whole.push(&text).into_string();
        expected.push_str(&whole.finish());

        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
        at.sort_unstable();
        let mut pieces = redactor.stream();
        let mut seen = String::new();
        let mut from = 0;
        for cut in at {
            seen.push_str(&pieces.push(&text.as_bytes()[from..cut]));
            from = cut;
        }
        seen.push_str(&pieces.push(&text.as_bytes()[from..]));
        seen.push_str(&pieces.finish());
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn text_without_secrets_is_unchanged(words in proptest::collection::vec("[a-z]{1,9}", 0..40)) {
        let text = words.join(" ");
        prop_assert_eq!(redactor().text(&text), text);
    }

    #[test]
    fn known_secrets_never_survive(before in text(), after in text()) {
        let safe = redactor().text(&format!("{before}kn0wn-Secret!{after}"));
        prop_assert!(!safe.contains("kn0wn-Secret!"));
    }

    #[test]
    fn json_keeps_its_shape(text in text(), number in any::<i64>(), flag in any::<bool>()) {
        let raw = serde_json::json!({"note": text, "n": number, "f": flag, "list": [text, number]});
        let safe = redactor().json(raw);
        prop_assert_eq!(safe.as_value()["n"].as_i64(), Some(number));
        prop_assert_eq!(safe.as_value()["f"].as_bool(), Some(flag));
        prop_assert_eq!(safe.as_value()["list"].as_array().map(Vec::len), Some(2));
        let again = redactor().json(safe.as_value().clone());
        prop_assert_eq!(safe, again);
    }
}

/// What fuzzing found: a mask that takes a learned value's place, or part of a value, changes what
/// stands beside it.
#[test]
fn masks_bare_nothing_beside_them() {
    let redactor = redactor();
    for text in [
        "secret=aB3xY9kL2mQ%3bX}",
        "x;secret=aB3xY9kL2mQ%3bX}",
        "a=b; secret=aB3xY9kL2mQ%3bX}",
        "ghp_MIIEpAIBAAKCAQEA7bq9wXk2\n\"kind\":\"Secret\",aaaaAAA0012Apassword: |\n",
        "mailgun \n-----END RSA PRIVATE KEY-----00AA0A0Aaa0B1DB=postgres://u:p4ssw0rd!@h/db",
        "\\secret=k9Xw2LpQ7vRt4Zb8|k9Xw2LpQ7vRt4Zb8--password AC%3b",
        " AccountName=x;://u:p4x@h/?://secret=AccountName=x;secret=",
        "..secret=k9Xw2LpQ7vRt4Zb8)k9Xw2LpQ7vRt4Zb8api_key=secret=)token: @",
        "://u:p4x@h/?password=://u:p4x@h/?\nk9Xw2LpQ7vRt4Zb8\n://u:p4x@h/?AccountName=x;",
        "passwords:\n\"'secret': 'A\"kind\":\"Secret\",",
        // A chain in one line that each look shortens by one.
        "algoliasearch('algoliasearch('SKWVEUNgoliasearch('algoliasearch('SKWVEUNN64R', \
         '7b27ec265c3871ad2f89'4716951a53aSKWVEUN64R', '7b27ec265c3871ad2f8974716951a53a'N4R', \
         '7b27ec265c3871ad2f8947169951a53aSKWVEUN64R', '7b27ec265c3871ad2f8974716951a53a')",
    ] {
        let once = redactor.text(text);
        assert_eq!(redactor.text(&once), once, "{text}");
        let json = redactor.json(serde_json::json!({ "note": text }));
        assert_eq!(redactor.json(json.as_value().clone()), json, "{text}");
    }
}

#[test]
fn long_lines_are_cut_the_same_way_however_they_arrive() {
    let redactor = redactor();
    let filler = "lorem ipsum dolor sit amet ".repeat(5000);
    let text = format!(
        "{filler}password=hunter2secret1 {filler}ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX {filler}"
    );
    let mut expected = None;
    for size in [1 << 20, 70_000, 4096, 977] {
        let mut stream = redactor.stream();
        let mut out = String::new();
        for chunk in text.as_bytes().chunks(size) {
            out.push_str(&stream.push(chunk));
        }
        out.push_str(&stream.finish());
        assert!(!out.contains("hunter2") && !out.contains("0aB1cD"), "{size}");
        assert_eq!(*expected.get_or_insert(out.clone()), out, "{size}");
    }
}

#[test]
fn one_long_line_takes_no_longer_than_many_short_ones() {
    let redactor = redactor();
    let item = r#"{"password": "hunter2-Xy9", "n": 1}, "#;
    let started = std::time::Instant::now();
    redactor.text(&format!("{item}\n").repeat(4000));
    let short = started.elapsed();
    let started = std::time::Instant::now();
    redactor.text(&item.repeat(4000));
    redactor.text(&"apikeysecret".repeat(3000));
    redactor.text(&"github_pat_".repeat(3000));
    redactor.text(&" -p".repeat(4000));
    let long = started.elapsed();
    assert!(long < 40 * short + std::time::Duration::from_secs(2), "{long:?} against {short:?}");
}

/// What a line announces of those below it must not depend on what in it was masked before.
#[test]
fn a_masked_line_announces_what_it_did_before() {
    for text in [
        "<string>password</string>\n<string>falcoassword</string>\n<string>falcon383</string>",
        "add x --password maple632 --store-passwords:\n  - \"Tundra*491vel\"\n  - \"quartz698\"",
    ] {
        let once = redactor().text(text);
        assert_eq!(redactor().text(&once), once);
    }
}

/// A key is judged by what of it is shown, and below a telling key keys are redacted as well.
#[test]
fn keys_that_hold_secrets_are_judged_as_they_are_shown() {
    let redactor = redactor();
    let key = "key\"s3n://AKIAQ3EGRZTKV5YJ2HWN:kR7vQ2nX9sLwB4tYpZc8@bucket";
    let token = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX";
    let raw = serde_json::json!({
        key: "sc.textFile(\"s3n://AKIAQ3EGRZTKV5YJ2HWN:kR7vQ2nX9sLwB4tYpZc8@bu@ket/x\")",
        "passwords": { token: "orchid42" },
    });
    let once = redactor.json(raw);
    let text = once.to_string();
    assert!(!text.contains("kR7vQ2nX9sLw") && !text.contains(token), "{text}");
    assert_eq!(redactor.json(once.as_value().clone()), once);
}

/// A pattern of the user's may match within the word of a mask.
#[test]
fn denied_text_is_not_looked_for_in_masks() {
    let redactor = Redactor::new(Settings::new().deny("[a-z]{6,}|\\b")).unwrap_or_default();
    let once = redactor.text("ab orchid cd walnut");
    assert_eq!(once.masks().get("denied"), Some(&2), "{once}");
    assert_eq!(redactor.text(&once), once);
}
