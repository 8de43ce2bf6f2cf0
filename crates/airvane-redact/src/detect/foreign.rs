//! "Password" in the languages that logs and configuration files are written in beside English. They
//! are no names as elsewhere: a name is a run of ASCII letters, and some scripts put no blank behind
//! a word.

use super::{
    Found,
    value::{self, Reach},
};
use crate::{
    values,
    view::{BLANK, Class, View},
};

/// The word in Russian, Ukrainian, Japanese, Chinese, Korean, Spanish, French, Polish,
/// Portuguese, Italian, Turkish, Dutch, Swedish, Czech, Vietnamese, German, Hungarian, Romanian,
/// Finnish, Danish, Norwegian, Indonesian, Croatian, Serbian, Bulgarian, Slovene, Lithuanian,
/// Catalan, Galician, Greek, Hebrew, Arabic, Persian, Hindi and Thai. ("Passwort" and Italian
/// "password" are names like the English.)
pub(crate) const WORDS: &[&str] = &[
    "пароль",
    "Пароль",
    "パスワード",
    "暗証番号",
    "密码",
    "密碼",
    "口令",
    "비밀번호",
    "암호",
    "패스워드",
    "contraseña",
    "contrasena",
    "clave:",
    "mot de passe",
    "motdepasse",
    "hasło",
    "haslo:",
    "senha",
    "parola:",
    "wachtwoord",
    "lösenord",
    "heslo:",
    "clave =",
    "kennwort",
    "mdp: ",
    "mdp : ",
    "şifre",
    "mật khẩu",
    "jelszó",
    "parolă",
    "salasana",
    "adgangskode",
    "passord",
    "kata sandi",
    "lozinka",
    "лозинка",
    "парола",
    "geslo:",
    "slaptažodis",
    "contrasenya",
    "contrasinal",
    "Κωδικός",
    "κωδικός",
    "סיסמה",
    "كلمة المرور",
    "كلمة السر",
    "पासवर्ड",
    "รหัสผ่าน",
    "گذرواژه",
    "رمز عبور",
];

/// Whether a text is the word and nothing else, as translations of labels are.
pub(super) fn is_word(text: &str) -> bool {
    const LIKE_ENGLISH: &[&str] = &["passwort", "kennwort"];
    let lower = text.trim().to_lowercase();
    let mut words = WORDS.iter().chain(LIKE_ENGLISH);
    words.any(|word| word.trim_end_matches([':', '=', ' ']) == lower)
}

/// The value behind the word at `at`.
pub(super) fn detect(line: View<'_>, at: usize, found: &mut Vec<Found>) {
    let Some(word) = WORDS.iter().find(|word| line.has_at(at, word)) else { return };
    let name = at + word.trim_end_matches([':', '=', ' ']).len();
    let Some(sign) = separator(line, name) else { return };
    let start = opened(line, sign);
    let value = value::quoted(line, start).unwrap_or_else(|| ascii(line, start));
    let text = line.get(value.start, value.end);
    let quoted = value.form == values::Form::Quoted;
    let mixed = text.bytes().any(|b| b.is_ascii_digit() || b.is_ascii_punctuation());
    if text.len() >= 4
        && text.is_ascii()
        && (quoted || mixed || is_usual(text))
        && !values::is_placeholder(text)
    {
        let (start, end) = (value.start, value.end);
        found.push(Found { start, end, kind: "password", from: at, named: true });
    }
}

/// A word that many take for a password.
fn is_usual(text: &str) -> bool {
    matches!(text, "admin" | "root" | "postgres" | "airflow" | "guest" | "demo" | "changeme")
}

/// Behind signs and quotes of any script: `は「`, `为：`.
fn opened(line: View<'_>, sign: usize) -> usize {
    let rest = line.rest(sign);
    let value = rest.trim_start_matches([' ', '\t', ':', '：', '「', '『', '“', '„', '«']);
    let value = value.strip_prefix("<b>").unwrap_or(value);
    sign + rest.len() - value.len()
}

/// A bare value; letters that are not ASCII are none of it.
fn ascii(line: View<'_>, at: usize) -> value::Value {
    let value = value::bare(line, at, Reach::Item);
    let text = line.get(value.start, value.end);
    let end = text.find(|c: char| !c.is_ascii()).map_or(value.end, |i| value.start + i);
    value::Value { end, ..value }
}

/// The same some words further on, if what stands there has letters and digits.
fn far(line: View<'_>, at: usize) -> Option<usize> {
    const REACH: usize = 64;
    const VERBS: &[&str] =
        &[" est maintenant ", " est ", " es ahora ", " es ", " é ", " è ", " är "];
    let near = line.near(at, REACH);
    let plain = near.find(['.', ',', ':', ';', '=', '(', '"']).unwrap_or(near.len());
    let words = near.get(..plain)?;
    let verb = VERBS.iter().find_map(|verb| Some(words.find(verb)? + verb.len()))?;
    let value = value::bare(line, at + verb, Reach::Item);
    let text = line.get(value.start, value.end);
    (text.bytes().any(|b| b.is_ascii_digit()) && values::is_telling(text)).then_some(value.start)
}

/// Where the value begins: behind a colon of either width, an equals sign or the word "is".
fn separator(line: View<'_>, name: usize) -> Option<usize> {
    static SUFFIX: Class = Class::of(b"etn");
    const ACCESS: &str = " πρόσβασης";
    const FOR: &str = "для ";
    const DEFAULTS: &[&str] =
        &["por defecto", "por omisión", "par défaut", "по умолчанию", "padrão", "predefinita"];
    const AGAIN: &str = "確認";
    let name = name + if line.rest(name).starts_with(AGAIN) { AGAIN.len() } else { 0 };
    let quote = usize::from(matches!(line.at(name), b'"' | b'\''));
    // Greek's "κωδικός πρόσβασης".
    let name = name + if line.rest(name).starts_with(ACCESS) { ACCESS.len() } else { 0 };
    // An article at the end, as in Swedish "lösenordet".
    let name = line.run_within(name, &SUFFIX, 3);
    // Emphasis of Markdown.
    let name = name + if line.has_at(name, "**") { 2 } else { 0 };
    let at = line.run(name + quote, &BLANK);
    let rest = line.rest(at);
    // "la contraseña por defecto es x"
    let by_default = DEFAULTS.iter().find(|words| rest.starts_with(**words));
    let at = line.run(at + by_default.map_or(0, |words| words.len()), &BLANK);
    let rest = line.rest(at);
    // "пароль для bob: x"
    if rest.starts_with(FOR) {
        return rest.find(": ").map(|colon| at + colon + 1);
    }
    [
        ":", "：", "=>", "=", "は", "是", "为", "為", "는 ", "은 ", "- ", "to ", "es ", "est ",
        "é ", "ist ", "lautet ", "è ", "jest ", "on ", "er ", "är ", "is ", "adalah ",
    ]
    .iter()
    .find(|sign| rest.starts_with(**sign))
    .map(|sign| at + sign.len())
    // "le mot de passe du compte x est maintenant y"
    .or_else(|| far(line, at))
    // "пароль x"
    .or_else(|| (quote == 0 && at > name && line.at(at).is_ascii_alphanumeric()).then_some(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaks_other_languages() {
        for text in ["пароль: hunter2", "密码：hunter2", "contraseña = 'hunter2'", "senha=hunter2"]
        {
            let mut found = Vec::new();
            detect(View::new(text), 0, &mut found);
            let secrets: Vec<&str> = found.iter().map(|f| &text[f.start..f.end]).collect();
            assert_eq!(secrets, ["hunter2"], "{text}");
        }
    }
}
