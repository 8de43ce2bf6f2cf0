//! Private keys over many lines, as they are met in logs.

use airvane_redact::Redactor;

const BODY: &[&str] = &[
    "MIIEowIBAAKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gun",
    "VTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bMY2Zkp18gnTxK",
    "LxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaWTg0nLVkjRo",
    "9z+40RQzuVaE",
    "AbCd",
];

fn key(begin: &str, end: &str, prefix: &str, suffix: &str) -> String {
    let mut lines = vec![format!("{prefix}-----BEGIN {begin}-----{suffix}")];
    lines.extend(BODY.iter().map(|line| format!("{prefix}{line}{suffix}")));
    lines.push(format!("{prefix}-----END {end}-----{suffix}"));
    lines.join("\n")
}

fn assert_gone(safe: &str) {
    for line in BODY {
        assert!(!safe.contains(line), "{safe}");
    }
}

#[test]
fn keys_vanish_with_any_prefix_and_suffix() {
    let redactor = Redactor::default();
    for kind in [
        "RSA PRIVATE KEY",
        "PRIVATE KEY",
        "EC PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "DSA PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        for prefix in [
            "",
            "    ",
            "[2026-01-02T03:04:05.678+0000] {x.py:1} INFO - ",
            "2026-01-02T03:04:05Z stdout F ",
            "> ",
        ] {
            for suffix in ["", " [task.stdout]", "\\n\"", "\\"] {
                let text = format!("before\n{}\nafter it", key(kind, kind, prefix, suffix));
                let safe = redactor.text(&text);
                assert_gone(&safe);
                assert!(safe.starts_with("before\n") && safe.ends_with("after it"), "{safe}");
                assert!(safe.contains("private-key#"), "{safe}");

                let mut stream = redactor.stream();
                let lines: Vec<_> = text.lines().map(|line| stream.line(line)).collect();
                assert_eq!(lines.len(), text.lines().count());
                for line in &lines {
                    assert_gone(line);
                }
                assert_eq!(lines.last().unwrap(), "after it");
            }
        }
    }
}

#[test]
fn a_key_on_one_line_leaves_the_rest() {
    let redactor = Redactor::default();
    let pem = key("PRIVATE KEY", "PRIVATE KEY", "", "").replace('\n', "\\n");
    let safe = redactor.text(&format!(
        r#"{{"type": "service_account", "pem": "{pem}\n", "client_email": "a@b"}}"#
    ));
    assert_gone(&safe);
    assert!(safe.contains(r#""client_email": "a@b"}"#), "{safe}");
}

#[test]
fn a_key_that_never_ends_does_not_swallow_the_log() {
    let redactor = Redactor::default();
    let safe = redactor.text(&format!(
        "-----BEGIN RSA PRIVATE KEY-----\n{}\nTask exited with return code 1\nmore",
        BODY[0]
    ));
    assert_gone(&safe);
    assert!(safe.ends_with("Task exited with return code 1\nmore"), "{safe}");
}

#[test]
fn yaml_scalars_and_manifests_lose_their_values() {
    let redactor = Redactor::default();
    let safe = redactor.text("db:\n  password: |\n    line one x\n    line two y\n  host: db7\n");
    assert!(
        !safe.contains("line one") && !safe.contains("line two") && safe.contains("  host: db7"),
        "{safe}"
    );
    let safe = redactor.text("apiVersion: v1\ndata:\n  extra: YWRtaW46cGFzc3dvcmQ=\nkind: Secret\nmetadata:\n  name: sample\n");
    assert!(!safe.contains("YWRtaW46") && safe.contains("name: sample"), "{safe}");
    let safe = redactor
        .text("env:\n- name: DB_PASSWORD\n  value: hunter2\n- name: DB_HOST\n  value: db7\n");
    assert!(!safe.contains("hunter2") && safe.contains("value: db7"), "{safe}");
}

#[test]
fn public_parts_stay() {
    let redactor = Redactor::default();
    for kind in [
        "CERTIFICATE",
        "PUBLIC KEY",
        "RSA PUBLIC KEY",
        "PGP PUBLIC KEY BLOCK",
        "CERTIFICATE REQUEST",
    ] {
        let text = key(kind, kind, "", "");
        assert_eq!(redactor.text(&text), text);
    }
}

/// Airflow 3 orders a log by time, so that lines of another logger stand inside a key.
#[test]
fn a_key_goes_on_after_lines_of_another_writer() {
    let redactor = Redactor::default();
    let mut lines = vec!["-----BEGIN RSA PRIVATE KEY-----".to_owned()];
    for (number, line) in BODY.iter().filter(|line| line.len() > 8).enumerate() {
        lines.push((*line).to_owned());
        lines.push(format!("Task instance is in running state, step {number}"));
    }
    lines.push("-----END RSA PRIVATE KEY-----".to_owned());
    lines.push("done".to_owned());
    let mut stream = redactor.stream();
    let safe: Vec<_> = lines.iter().map(|line| stream.line(line)).collect();
    let shown = safe.iter().map(airvane_redact::SafeText::as_str).collect::<Vec<_>>().join("\n");
    for line in BODY.iter().filter(|line| line.len() > 8) {
        assert!(!shown.contains(line), "{shown}");
    }
    assert!(shown.contains("step 0") && shown.contains("step 3"), "{shown}");
    assert_eq!(safe.last().unwrap(), "done");
}

/// The format is Ansible's: a header, lines of eighty hexadecimal digits, a shorter one.
#[test]
fn what_ansible_vault_encrypted_vanishes() {
    const DIGITS: &str =
        "66386439653236336462626566653063336164663966303231363934653561363964363833313662";
    for prefix in ["", "          ", "[2026-01-02T03:04:05.678+0000] {x.py:1} INFO - "] {
        let body = format!("{prefix}$ANSIBLE_VAULT;1.1;AES256\n{prefix}{DIGITS}\n{prefix}{DIGITS}");
        let text = format!("pw: !vault |\n{body}\nnext: /opt/airflow/dags/daily_report_2026\n");
        let safe = Redactor::default().text(&text);
        assert!(!safe.contains("66386439") && safe.contains("ansible-vault#"), "{safe}");
        assert!(safe.ends_with("next: /opt/airflow/dags/daily_report_2026\n"), "{safe}");
    }
}

/// Code joins the lines of a key, and may write several of them out in one string.
#[test]
fn a_key_that_code_joins_vanishes() {
    let line = "k9Xw2LpQ7vRt4Zb8mN3cYs6HdJ1fGa5eUo0iTq4wBx7zVn2kPr8lMy3hCj9gSd6A";
    for join in ["' +", "\" \\", "\"", "',"] {
        let quote = join.get(..1).unwrap_or_default();
        let text = format!(
            "key: {quote}-----BEGIN PRIVATE KEY-----\\n{join}\n  {quote}{line}\\n{line}\\n{line}{join}\n  \
             {quote}-----END PRIVATE KEY-----\\n{quote}"
        );
        let safe = Redactor::default().text(&text);
        assert!(!safe.contains(&line[..8]), "{join}: {safe}");
    }
}
