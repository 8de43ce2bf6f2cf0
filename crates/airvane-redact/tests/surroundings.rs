//! Named keys and connection URIs, in the surroundings they are met in.

use airvane_redact::{Redactor, Settings};

const SECRETS: &[&str] = &["hunter2correct", "Tr0ub4dor&3", "kX9w-Lp2Q_vR7", "zq81MmN4rT6yBv0c"];

fn redactor() -> Redactor {
    Redactor::new(Settings::new().mask_seed(1)).unwrap_or_default()
}

/// `@N` is the name, `@S` the secret.
const NAMED: &[&str] = &[
    r#"{"@N": "@S"}"#,
    r#"{"a": 1, "@N":"@S", "b": true}"#,
    r"{'@N': '@S', 'b': None}",
    r"{'@N': b'@S'}",
    r"{u'@N': u'@S'}",
    r#"{\"@N\": \"@S\"}"#,
    r#""{\"x\": \"{\\\"@N\\\": \\\"@S\\\"}\"}""#,
    r#"@N = "@S""#,
    "@N='@S'",
    "@N: '@S'",
    "  @N: @S",
    "- @N: \"@S\"",
    "@N=@S",
    "export @N=@S",
    "export @N='@S'",
    "set @N=@S",
    "ENV @N=@S",
    "connect(host='db', @N='@S', port=5432)",
    "Hook(@N=\"@S\")",
    "[2026-01-02T03:04:05.678+0000] {task.py:12} INFO - @N: @S",
    "[2026-01-02, 03:04:05 UTC] {logging_mixin.py:190} INFO - {'@N': '@S'}",
    "<@N>@S</@N>",
    r#"<add key="@N" value="@S" />"#,
    r#"<property name="@N" value="@S"/>"#,
    r#"{"name": "@N", "value": "@S"}"#,
    r#"{"key": "@N", "value": "@S"}"#,
    "tool --@N @S --verbose",
    "tool --@N=@S run",
    r#"os.environ["@N"] = "@S""#,
    r#"os.environ.setdefault("@N", "@S")"#,
    "$env:@N = '@S'",
    r#""@N" => "@S","#,
    "@N := \"@S\"",
    "setting(@N: \"@S\")",
    "config.set('@N', '@S')",
    "('@N', '@S')",
    "@N is @S",
    "-D@N=@S -jar x.jar",
    "curl -H '@N: @S' https://example.com",
];

const NAMES: &[&str] = &[
    "password",
    "db_password",
    "DB_PASSWORD",
    "dbPassword",
    "access_key",
    "access_token",
    "api_key",
    "apikey",
    "apiKey",
    "auth_header",
    "passphrase",
    "passwd",
    "private_key",
    "proxy_password",
    "secret",
    "service_key",
    "client_secret",
    "AWS_SECRET_ACCESS_KEY",
    "x-api-key",
    "token",
    "refresh_token",
    "connection_string",
    "AIRFLOW__CORE__FERNET_KEY",
    "pwd",
    "bearer",
    "dsn",
];

#[test]
fn named_values_go_in_every_surrounding() {
    let redactor = redactor();
    let mut kept = Vec::new();
    for shape in NAMED {
        for name in NAMES {
            for secret in SECRETS {
                // A blank before the sign would make two words of prose of a short name.
                let text = shape.replace("@N", name).replace("@S", secret);
                let safe = redactor.text(&text);
                if safe.contains(secret) || leaks(&safe, secret) {
                    kept.push(format!("{text}  ->  {safe}"));
                }
            }
        }
    }
    assert!(kept.is_empty(), "{} kept:\n{}", kept.len(), kept.join("\n"));
}

/// Whether six characters in a row of the secret are left.
fn leaks(safe: &str, secret: &str) -> bool {
    (0..secret.len()).filter_map(|i| secret.get(i..i + 6)).any(|part| safe.contains(part))
}

#[test]
fn what_surrounds_a_value_stays() {
    let redactor = redactor();
    let hash = regex::Regex::new("#[0-9a-f]{2}\\]").unwrap();
    for (text, safe) in [
        (
            r#"{"user": "bob", "password": "hunter2secret", "n": 1}"#,
            r#"{"user": "bob", "password": "[redacted:password#HH]", "n": 1}"#,
        ),
        (
            "psql postgresql://bob:hunter2secret@db:5432/x?sslmode=require",
            "psql postgresql://bob:[redacted:uri-password#HH]@db:5432/x?sslmode=require",
        ),
        ("curl -u bob:hunter2secret https://x/y", "curl -u bob:[redacted:password#HH] https://x/y"),
        ("GET /x?token=zq81MmN4rT6yBv0c&page=2", "GET /x?token=[redacted:token#HH]&page=2"),
        (
            "Authorization: Bearer zq81MmN4rT6yBv0c",
            "Authorization: Bearer [redacted:authorization#HH]",
        ),
        ("mysql -uroot -phunter2secret app", "mysql -uroot -p[redacted:password#HH] app"),
        (
            "ALTER USER bob IDENTIFIED BY 'hunter2secret';",
            "ALTER USER bob IDENTIFIED BY '[redacted:password#HH]';",
        ),
        (
            "CREATE ROLE bob LOGIN PASSWORD 'hunter2secret' VALID UNTIL 'x'",
            "CREATE ROLE bob LOGIN PASSWORD '[redacted:password#HH]' VALID UNTIL 'x'",
        ),
        (
            "Server=db;User Id=sa;Password=p,q(hunter2;Encrypt=yes",
            "Server=db;User Id=sa;Password=[redacted:password#HH];Encrypt=yes",
        ),
    ] {
        let seen = redactor.text(text);
        assert_eq!(hash.replace_all(&seen, "#HH]"), safe);
    }
}

#[test]
fn connection_uris_lose_their_password_only() {
    let redactor = redactor();
    let schemes = [
        "postgres",
        "postgresql+psycopg2",
        "mysql",
        "mysql+pymysql",
        "mongodb",
        "mongodb+srv",
        "redis",
        "rediss",
        "amqp",
        "amqps",
        "sftp",
        "ftp",
        "smtp",
        "https",
        "http",
        "snowflake",
        "oracle",
        "mssql+pyodbc",
        "clickhouse",
        "kafka",
        "ldap",
        "ssh",
        "jdbc:postgresql",
        "db+postgresql",
        "trino",
        "s3",
        "wasb",
        "sqlite+http",
        "nats",
        "mqtt",
        "socks5",
    ];
    for scheme in schemes {
        for password in ["hunter2secret", "p%40ss%2Fw0rd", "a:b#c!d$e", "x/y+z=1Q", "pa@ss1word"] {
            for user in ["bob", "", "bob%40corp", "svc-acct"] {
                for host in
                    ["db.example.com:5432/app", "10.0.0.7", "localhost/0?ssl=true", "[::1]:6379/0"]
                {
                    let text = format!("using {scheme}://{user}:{password}@{host} now");
                    let safe = redactor.text(&text);
                    assert!(!safe.contains(password), "{text} -> {safe}");
                    assert!(safe.contains(host) && safe.contains(" now"), "{text} -> {safe}");
                }
            }
        }
    }
    let many = redactor.text("mongodb://bob:hunter2secret@a:1,b:2,c:3/db?replicaSet=r");
    assert!(many.contains("@a:1,b:2,c:3/db?replicaSet=r") && !many.contains("hunter2"), "{many}");
}

#[test]
fn code_and_placeholders_stay_readable() {
    let redactor = redactor();
    for text in [
        "password = conn.password",
        "password=self.password, token=self._token",
        "api_key = os.environ[\"API_KEY\"]",
        "token = Variable.get(\"api_token\")",
        "password = getpass()",
        "def connect(user: str, password: str | None = None, token: Optional[str] = None) -> None:",
        "password: ${DB_PASSWORD}",
        "password: \"{{ var.value.db_password }}\"",
        "DB_PASSWORD=***",
        "password=None secret=null token=true api_key=''",
        "--password PASSWORD  --token <token>",
        "max_tokens=4096 token_count: 12 num_tokens=99",
        "tokenizer=bert-base-uncased",
        "password_policy_enabled: true",
        "primary_key=customer_id sort_key=created_at partition_key=dt",
        "Password authentication failed for user \"airflow\"",
        "The password is required.",
        "Invalid token: unexpected end of input",
        "SyntaxError: unexpected token ')' at line 3",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "image sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "run_id=manual__2026-01-02T03:04:05.678901+00:00 try_number=1",
        "external_executor_id=0190f4f2-0b6e-7cc1-9d2e-0d5e8f1a2b3c",
        "https://user@example.com/path and git@github.com:org/repo.git",
        "https://packages.example.org/simple/pip/?x=1 http://proxy.local:3128",
        "npm http fetch GET 200 https://registry.example/@scope%2fname 12ms",
        "-----BEGIN CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----",
        "key: extract_orders, keys: ['a', 'b']",
        "secretKeyRef: {name: db, key: password}",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}
